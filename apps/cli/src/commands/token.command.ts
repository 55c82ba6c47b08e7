import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { UsageFailure } from '../frame/cli-failure.js';
import { collect, parseDurationMs, parseTenant } from '../frame/parse-option.js';
import { printAnswer } from '../frame/print-answer.js';

interface TokenOptions {
  tenant: string;
  scope?: string[];
  subject: string;
  expires: number;
  data?: string;
  json?: boolean;
}

const DAY_MS = 86_400_000;
const DEV_DATA = '.windlass';

export function addToken(program: Command, cli: Cli): void {
  program
    .command('token')
    .description('Make a token, with JWT_SECRET or the secret of a `windlass dev` data directory.')
    .option('--tenant <tenant>', 'whose jobs it sees', parseTenant, 'dev')
    .option('--scope <scope>', 'may be repeated (default admin)', collect)
    .option('--subject <subject>', 'who uses it', 'cli')
    .option('--expires <duration>', 'such as 12h (default 30d)', parseDurationMs, 30 * DAY_MS)
    .option('--data <dir>', 'data directory of a dev platform (default ./.windlass, unless JWT_SECRET is set)')
    .option('--json', 'print JSON')
    .action(async (options: TokenOptions) => {
      const { tenant, subject, expires } = options;
      const scope = (options.scope ?? ['admin']).join(' ');
      const { secret, issuer, audience } = await chooseSecret(cli, options.data);
      const { mintToken } = await import('@windlass/host');
      const lifeSeconds = Math.max(1, Math.round(expires / 1_000));
      const token = await mintToken(secret, { subject, tenant, scope, issuer, audience, lifeSeconds });
      printAnswer(cli, options, { token, tenant, scope, subject }, () => `${token}\n`);
    });
}

async function chooseSecret(cli: Cli, data: string | undefined) {
  if (data === undefined) {
    const { loadEnvFiles } = await import('@windlass/service-kit');
    loadEnvFiles(cli.cwd);
  }
  const secret = data === undefined ? cli.env.JWT_SECRET : undefined;
  if (secret) return { secret, issuer: cli.env.JWT_ISSUER || 'windlass', audience: cli.env.JWT_AUDIENCE || 'windlass' };
  const directory = resolve(cli.cwd, data ?? DEV_DATA);
  if (!existsSync(join(directory, 'jwt-secret'))) {
    throw new UsageFailure(
      `There is nothing to sign with: JWT_SECRET is not set and ${directory} holds no dev platform.`,
      'Start `windlass dev` first, or name its directory with --data, or set JWT_SECRET.',
    );
  }
  const { DEV_AUDIENCE, DEV_ISSUER, readDevSecret } = await import('@windlass/host');
  return { secret: await readDevSecret(directory), issuer: DEV_ISSUER, audience: DEV_AUDIENCE };
}
