import type { Scope } from '@windlass/client';
import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { collect, parseDurationMs } from '../frame/parse-option.js';
import { printAnswer } from '../frame/print-answer.js';
import { showTable } from '../frame/show-table.js';
import { showTime } from '../frame/show-values.js';

interface CreateOptions extends ConnectionOptions {
  scope?: string[];
  expires?: number;
}

/** What an application that submits and reads jobs needs. */
const DEFAULT_SCOPES: Scope[] = ['jobs:write', 'jobs:read', 'files:write', 'files:read'];

export function addKeys(program: Command, cli: Cli): void {
  const keys = program.command('keys').description('API keys: what an application uses instead of the signing secret.');
  addCreate(keys, cli);
  addList(keys, cli);
  addRevoke(keys, cli);
}

function addCreate(keys: Command, cli: Cli): void {
  withConnection(keys.command('create'))
    .description('Create a key. It is shown this once.')
    .argument('<name>', 'what it is for')
    .option('--scope <scope>', `may be repeated (default ${DEFAULT_SCOPES.join(',')})`, collect)
    .option('--expires <duration>', 'such as 90d (default: never)', parseDurationMs)
    .action(async (name: string, options: CreateOptions) => {
      const client = await connectClient(cli, options);
      const created = await client.keys.create({
        name,
        // The service knows which scopes there are and says so.
        scopes: (options.scope as Scope[] | undefined) ?? DEFAULT_SCOPES,
        ...(options.expires === undefined ? {} : { expiresAt: new Date(Date.now() + options.expires).toISOString() }),
      });
      printAnswer(cli, options, created, () => {
        cli.terminal.err(`Key ${created.id} of tenant ${created.tenantId}. Keep it: it is not shown again.\n`);
        return `${created.key}\n`;
      });
    });
}

function addList(keys: Command, cli: Cli): void {
  withConnection(keys.command('list'))
    .description('List the keys of the tenant.')
    .action(async (options: ConnectionOptions) => {
      const items = await (await connectClient(cli, options)).keys.list();
      const rows = items.map((key) => [
        key.id,
        key.name,
        key.scopes.join(','),
        showTime(key.createdAt),
        key.revokedAt ? `revoked ${showTime(key.revokedAt)}` : showTime(key.expiresAt) || 'never',
      ]);
      printAnswer(cli, options, { items }, () =>
        rows.length > 0 ? showTable(['ID', 'NAME', 'SCOPES', 'CREATED', 'EXPIRES'], rows) : 'There are no keys.\n',
      );
    });
}

function addRevoke(keys: Command, cli: Cli): void {
  withConnection(keys.command('revoke'))
    .description('Revoke a key.')
    .argument('<id>')
    .action(async (id: string, options: ConnectionOptions) => {
      await (await connectClient(cli, options)).keys.revoke(id);
      printAnswer(cli, options, { id, revoked: true }, () => `${id} is revoked.\n`);
    });
}
