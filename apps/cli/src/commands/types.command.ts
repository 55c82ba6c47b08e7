import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { printAnswer } from '../frame/print-answer.js';
import { showTable } from '../frame/show-table.js';
import { showDuration } from '../frame/show-values.js';

const HEAD = ['TYPE', 'VERSION', 'ATTEMPTS', 'HARD LIMIT', 'RUNS NOW'];

export function addTypes(program: Command, cli: Cli): void {
  withConnection(program.command('types'))
    .description('List what can be submitted; --json adds the schemas.')
    .action(async (options: ConnectionOptions) => {
      const items = await (await connectClient(cli, options)).jobTypes();
      const rows = items.map((type) => [
        type.name,
        String(type.version),
        String(type.maxAttempts),
        showDuration(type.hardMs),
        type.live ? 'yes' : 'no',
      ]);
      printAnswer(cli, options, { items }, () =>
        rows.length > 0 ? showTable(HEAD, rows) : 'No worker has announced a job type yet.\n',
      );
    });
}
