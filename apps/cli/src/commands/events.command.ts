import type { JobEvent, WindlassClient } from '@windlass/client';
import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { printAnswer } from '../frame/print-answer.js';
import { showTable } from '../frame/show-table.js';
import { showTime } from '../frame/show-values.js';
import { untilInterrupted } from '../frame/until-interrupted.js';
import { describeError } from '../jobs/describe-job.js';

interface EventsOptions extends ConnectionOptions {
  follow?: boolean;
}

const HEAD = ['AT', 'RUN', 'EPOCH', 'EVENT', 'WORKER', 'MACHINE', 'ACTOR', 'REASON', 'ERROR'];
/** While they are followed nobody knows how wide the next one is: enough for most. */
const WIDTHS = [20, 3, 5, 17, 16, 16, 12, 12];

export function addEvents(program: Command, cli: Cli): void {
  withConnection(program.command('events'))
    .description('Show what happened to a job.')
    .argument('<id>')
    .option('-f, --follow', 'go on until the job is finished; with --json one event per line')
    .action(async (id: string, options: EventsOptions) => {
      const client = await connectClient(cli, options);
      if (options.follow) return follow(cli, options, client, id);
      const items = await client.events(id);
      printAnswer(cli, options, { items }, () => showTable(HEAD, items.map(rowOf)));
    });
}

async function follow(cli: Cli, options: EventsOptions, client: WindlassClient, id: string): Promise<void> {
  let head = true;
  await untilInterrupted(cli, 'The job goes on.', async (signal) => {
    for await (const event of client.followEvents(id, { signal })) {
      const [names, row] = showTable(HEAD, [rowOf(event)], WIDTHS).split('\n');
      cli.terminal.out(options.json ? `${JSON.stringify(event)}\n` : `${head ? `${names}\n` : ''}${row}\n`);
      head = false;
    }
  });
}

function rowOf(event: JobEvent): string[] {
  return [
    showTime(event.at),
    String(event.run),
    String(event.epoch),
    event.kind,
    event.worker ?? '',
    event.machine ?? '',
    event.actor ?? '',
    event.reason ?? '',
    event.error ? describeError(event.error) : '',
  ];
}
