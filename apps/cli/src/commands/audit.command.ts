import type { AuditEntry } from '@windlass/client';
import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { parseWhole } from '../frame/parse-option.js';
import { type ListShape, printAll, printPage } from '../frame/print-list.js';
import { showTime } from '../frame/show-values.js';

interface AuditOptions extends ConnectionOptions {
  limit: number;
  all?: boolean;
}

const SHAPE: ListShape<AuditEntry> = {
  head: ['AT', 'ACTOR', 'ACTION', 'OBJECT', 'DETAIL'],
  rowOf: ({ at, actor, action, object, detail }) => [
    ...[showTime(at), actor, action, object, detail === undefined ? '' : JSON.stringify(detail)],
  ],
  none: 'Nothing has been done yet.\n',
};

export function addAudit(program: Command, cli: Cli): void {
  withConnection(program.command('audit'))
    .description('List who cancelled, replayed, purged and changed queues, newest first.')
    .option('--limit <n>', 'at most this many', parseWhole(1, 100), 20)
    .option('--all', 'every one; with --json one per line')
    .action(async (options: AuditOptions) => {
      const client = await connectClient(cli, options);
      if (options.all) return printAll(cli, options, client.audit({ limit: 100 }), SHAPE);
      printPage(cli, options, await client.auditPage({ limit: options.limit }), SHAPE);
    });
}
