import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { printAnswer } from '../frame/print-answer.js';
import { showTable } from '../frame/show-table.js';
import { showTime } from '../frame/show-values.js';
import { describeError } from '../jobs/tell-job.js';

const HEAD = ['AT', 'RUN', 'EPOCH', 'EVENT', 'WORKER', 'ERROR'];

export function addEvents(program: Command, cli: Cli): void {
  withConnection(program.command('events'))
    .description('Show what happened to a job.')
    .argument('<id>')
    .action(async (id: string, options: ConnectionOptions) => {
      const items = await (await connectClient(cli, options)).events(id);
      const rows = items.map((event) => [
        showTime(event.at),
        String(event.run),
        String(event.epoch),
        event.kind,
        event.worker ?? '',
        event.error ? describeError(event.error) : '',
      ]);
      printAnswer(cli, options, { items }, () =>
        rows.length > 0 ? showTable(HEAD, rows) : 'Nothing out of the ordinary yet.\n',
      );
    });
}
