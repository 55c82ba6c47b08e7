import type { Queue, WindlassClient } from '@windlass/client';
import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { listByDefault } from '../frame/list-by-default.js';
import { parseDurationMs, parseWhole } from '../frame/parse-option.js';
import { printAnswer } from '../frame/print-answer.js';
import { printPage } from '../frame/print-list.js';
import { type FinishOptions, finishAction } from '../operate/finish-action.js';
import { describeQueue, QUEUE_LIST } from '../operate/show-queue.js';

interface PutOptions extends ConnectionOptions {
  limit?: number | 'none';
}

const MOST_RUNNING = 1_000_000;

export function addQueues(program: Command, cli: Cli): void {
  const queues = program
    .command('queues')
    .description('Queues of the installation: every job type has one, operators make others.');
  addList(queues, cli);
  addOne(queues, cli, 'get', 'Show one.', (client, name) => client.queues.get(name));
  addPut(queues, cli);
  addOne(queues, cli, 'pause', 'Start nothing more from it; what runs goes on.', (client, name) =>
    client.queues.pause(name),
  );
  addOne(queues, cli, 'resume', 'Let it go on.', (client, name) => client.queues.resume(name));
  addPurge(queues, cli);
  addRemove(queues, cli);
}

function addList(queues: Command, cli: Cli): void {
  withConnection(listByDefault(queues))
    .description('List them. HELD jobs wait for their concurrency key, OLDEST says how long the first one has waited.')
    .action(async (options: ConnectionOptions) => {
      printPage(cli, options, { items: await (await connectClient(cli, options)).queues.list() }, QUEUE_LIST);
    });
}

function addOne(
  queues: Command,
  cli: Cli,
  command: string,
  description: string,
  call: (client: WindlassClient, name: string) => Promise<Queue>,
): void {
  withConnection(queues.command(command))
    .description(description)
    .argument('<name>')
    .action(async (name: string, options: ConnectionOptions) => {
      const queue = await call(await connectClient(cli, options), name);
      printAnswer(cli, options, queue, () => describeQueue(queue));
    });
}

function addPut(queues: Command, cli: Cli): void {
  withConnection(queues.command('put'))
    .description('Make one, or change its limit.')
    .argument('<name>')
    .option('--limit <n|none>', 'running jobs at most, over all workers', parseLimit)
    .action(async (name: string, options: PutOptions) => {
      const client = await connectClient(cli, options);
      const queue = await client.queues.put(name, { maxRunning: options.limit === 'none' ? null : options.limit });
      printAnswer(cli, options, queue, () => describeQueue(queue));
    });
}

function parseLimit(text: string): number | 'none' {
  if (text === 'none') return text;
  try {
    return parseWhole(0, MOST_RUNNING)(text);
  } catch {
    throw new InvalidArgumentError(`Give a whole number from 0 to ${MOST_RUNNING}, or none.`);
  }
}

function addPurge(queues: Command, cli: Cli): void {
  withConnection(queues.command('purge'))
    .description(
      'Cancel what your tenant has queued there, in the background: `windlass actions get ID` shows how far it is.',
    )
    .argument('<name>')
    .option('--wait', 'wait for its end; exit 1 if somebody stopped it')
    .option('--timeout <duration>', 'longest wait, such as 10m (default 1h)', parseDurationMs)
    .action(async (name: string, options: FinishOptions) => {
      const client = await connectClient(cli, options);
      await finishAction(cli, options, client, await client.queues.purge(name));
    });
}

function addRemove(queues: Command, cli: Cli): void {
  withConnection(queues.command('remove'))
    .description("Forget one that was made and has no jobs, or the settings of a job type's own.")
    .argument('<name>')
    .action(async (name: string, options: ConnectionOptions) => {
      await (await connectClient(cli, options)).queues.remove(name);
      printAnswer(cli, options, { name, removed: true }, () => `${name} is removed.\n`);
    });
}
