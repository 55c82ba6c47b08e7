import type { Job, JobState } from '@windlass/client';
import { type Command, Option } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { parseWhole } from '../frame/parse-option.js';
import { printAnswer } from '../frame/print-answer.js';
import { showTable } from '../frame/show-table.js';
import { showDuration, showTime } from '../frame/show-values.js';
import { tookMs } from '../jobs/tell-job.js';

interface JobsOptions extends ConnectionOptions {
  type?: string;
  state?: JobState;
  tag?: string;
  limit: number;
  all?: boolean;
}

const STATES = ['blocked', 'scheduled', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired'];
const HEAD = ['ID', 'TYPE', 'STATE', 'ATTEMPT', 'CREATED', 'TOOK', 'TAGS'];

export function addJobs(program: Command, cli: Cli): void {
  withConnection(program.command('jobs'))
    .description('List jobs, newest first.')
    .option('--type <type>')
    .addOption(new Option('--state <state>').choices(STATES))
    .option('--tag <tag>')
    .option('--limit <n>', 'at most this many', parseWhole(1, 100), 20)
    .option('--all', 'every one that matches; with --json one job per line')
    .action(async (options: JobsOptions) => {
      const client = await connectClient(cli, options);
      const { type, state, tag, limit } = options;
      const filter = { ...(type && { type }), ...(state && { state }), ...(tag && { tag }) };
      if (options.all) return printAll(cli, options, client.list({ ...filter, limit: 100 }));
      const page = await client.listPage({ ...filter, limit });
      printAnswer(cli, options, page, () => {
        if (page.items.length === 0) return 'No jobs match.\n';
        return (
          showTable(HEAD, page.items.map(rowOf)) + (page.nextCursor ? 'There are more: --limit N, or --all.\n' : '')
        );
      });
    });
}

/** Page by page, so that a long list starts at once and is never held whole. */
async function printAll(cli: Cli, options: JobsOptions, jobs: AsyncIterable<Job>): Promise<void> {
  let rows: string[][] = [];
  let head = HEAD;
  const flush = () => {
    if (rows.length > 0) cli.terminal.out(showTable(head, rows).slice(head === HEAD ? 0 : 1));
    rows = [];
    head = HEAD.map(() => '');
  };
  for await (const job of jobs) {
    if (options.json) cli.terminal.out(`${JSON.stringify(job)}\n`);
    else if (rows.push(rowOf(job)) === 100) flush();
  }
  flush();
}

function rowOf(job: Job): string[] {
  const took = tookMs(job);
  return [
    job.id,
    job.type,
    job.state,
    `${job.attempt}/${job.maxAttempts}`,
    showTime(job.createdAt),
    took === undefined ? '' : showDuration(took),
    job.tags.join(','),
  ];
}
