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
      const urls = await readUrls(cli);
      const { migrate } = await import('@windlass/store');
      const { applied } = await migrate(urls);
      printAnswer(cli, options, { applied }, () =>
        applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'The database is up to date.\n',
      );
    });
}

/** All that is missing or weak at once: the roles get their passwords from here. */
async function readUrls(cli: Cli) {
  const { ConfigFault, loadConfig, loadEnvFiles } = await import('@windlass/service-kit');
  const { MigrateConfig } = await import('./migrate.config.js');
  loadEnvFiles(cli.cwd);
  try {
    return loadConfig(MigrateConfig, cli.env);
  } catch (error) {
    if (error instanceof ConfigFault) throw new UsageFailure(error.message);
    throw error;
  }
}
