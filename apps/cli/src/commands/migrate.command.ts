import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { UsageFailure } from '../frame/cli-failure.js';
import { printAnswer } from '../frame/print-answer.js';

export function addMigrate(program: Command, cli: Cli): void {
  program
    .command('migrate')
    .description('Bring the database forward: a step of its own before new services start. Safe to repeat.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { loadEnvFiles } = await import('@windlass/service-kit');
      loadEnvFiles(cli.cwd);
      const urls = readUrls(cli.env);
      const { migrate } = await import('@windlass/store');
      const { applied } = await migrate(urls);
      printAnswer(cli, options, { applied }, () =>
        applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'The database is up to date.\n',
      );
    });
}

/** All that is missing at once. */
function readUrls(env: NodeJS.ProcessEnv) {
  const needed = {
    MIGRATION_DATABASE_URL: 'PostgreSQL as the owner: may create tables and roles.',
    DATABASE_URL: 'PostgreSQL as windlass_engine, whose password is set from it.',
    DATABASE_READER_URL: 'PostgreSQL as windlass_reader, whose password is set from it.',
  };
  const missing = Object.entries(needed).filter(([name]) => !env[name]);
  if (missing.length > 0) {
    throw new UsageFailure(
      `${missing.length === 1 ? 'A variable is' : 'Variables are'} not set: ${missing.map(([name]) => name).join(', ')}.`,
      missing.map(([name, meaning]) => `${name}: ${meaning}`).join('\n  '),
    );
  }
  return {
    ownerUrl: env.MIGRATION_DATABASE_URL ?? '',
    engineUrl: env.DATABASE_URL ?? '',
    readerUrl: env.DATABASE_READER_URL ?? '',
  };
}
