import type { Action, ActionFilter, ActionKind, JobState } from '@windlass/client';
import { Argument, type Command, Option } from 'commander';
import type { Cli } from '../frame/cli.js';
import { UsageFailure } from '../frame/cli-failure.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { listByDefault } from '../frame/list-by-default.js';
import { parseDurationMs, parseMoment, parseWhole } from '../frame/parse-option.js';
import { printAnswer } from '../frame/print-answer.js';
import { type ListShape, printPage } from '../frame/print-list.js';
import { showTime } from '../frame/show-values.js';
import { JOB_STATES } from '../jobs/job-states.js';
import { type FinishOptions, finishAction } from '../operate/finish-action.js';
import { describeAction, filterText } from '../operate/show-action.js';

interface BeginOptions extends FinishOptions {
  state?: JobState;
  type?: string;
  queue?: string;
  tag?: string;
  outcome?: string;
  createdAfter?: string;
  createdBefore?: string;
  max?: number;
}

const MOST_JOBS = 100_000;

const SHAPE: ListShape<Action> = {
  head: ['ID', 'ACTION', 'STATE', 'MATCHED', 'CHANGED', 'CREATED', 'BY', 'JOBS'],
  rowOf: (action) => [
    ...[action.id, action.action, action.state, String(action.matched), String(action.changed)],
    ...[showTime(action.createdAt), action.actor, filterText(action)],
  ],
  none: 'There are no actions.\n',
};

export function addActions(program: Command, cli: Cli): void {
  const actions = program
    .command('actions')
    .description('Replay, purge or cancel many jobs at once, in the background.');
  addBegin(actions, cli);
  addList(actions, cli);
  addOne(actions, cli, 'get', 'Show one.', (id, client) => client.actions.get(id));
  addOne(actions, cli, 'stop', 'End one that runs; what it has done stays done.', (id, client) =>
    client.actions.stop(id),
  );
}

function addBegin(actions: Command, cli: Cli): void {
  withConnection(actions.command('begin'))
    .description('Begin one on all jobs that match every filter given: replay and purge finished ones, cancel others.')
    .addArgument(new Argument('<action>').choices(['replay', 'purge', 'cancel']))
    .addOption(new Option('--state <state>').choices(JOB_STATES))
    .option('--type <type>')
    .option('--queue <queue>')
    .option('--tag <tag>')
    .option('--outcome <outcome>', 'of the last attempt, such as timed-out or lost')
    .option('--created-after <time>', 'such as 2030-01-31T18:00:00Z', parseMoment)
    .option('--created-before <time>', 'likewise', parseMoment)
    .option('--max <n>', 'at most this many jobs, newest first', parseWhole(1, MOST_JOBS))
    .option('--wait', 'wait for its end; exit 1 if somebody stopped it')
    .option('--timeout <duration>', 'longest wait, such as 10m (default 1h)', parseDurationMs)
    .action(async (action: ActionKind, options: BeginOptions) => {
      const { state, type, queue, tag, outcome, createdAfter, createdBefore, max } = options;
      const filter: ActionFilter = { state, type, queue, tag, outcome, createdAfter, createdBefore };
      if (Object.values(filter).every((value) => value === undefined)) {
        throw new UsageFailure('Which jobs?', 'Give a filter such as --state failed.');
      }
      const client = await connectClient(cli, options);
      await finishAction(cli, options, client, await client.actions.begin({ action, filter, maxJobs: max }));
    });
}

function addList(actions: Command, cli: Cli): void {
  withConnection(listByDefault(actions))
    .description('List them, newest first.')
    .action(async (options: ConnectionOptions) => {
      printPage(cli, options, { items: await (await connectClient(cli, options)).actions.list() }, SHAPE);
    });
}

function addOne(
  actions: Command,
  cli: Cli,
  name: string,
  description: string,
  call: (id: string, client: Awaited<ReturnType<typeof connectClient>>) => Promise<Action>,
): void {
  withConnection(actions.command(name))
    .description(description)
    .argument('<id>')
    .action(async (id: string, options: ConnectionOptions) => {
      const action = await call(id, await connectClient(cli, options));
      printAnswer(cli, options, action, () => describeAction(action));
    });
}
