import type { Job, JobState } from '@windlass/client';
import { type Command, Option } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { parseWhole } from '../frame/parse-option.js';
import { type ListShape, printAll, printPage } from '../frame/print-list.js';
import { showDuration, showTime } from '../frame/show-values.js';
import { tookMs } from '../jobs/describe-job.js';
import { JOB_STATES } from '../jobs/job-states.js';

interface JobsOptions extends ConnectionOptions {
  type?: string;
  state?: JobState;
  tag?: string;
  queue?: string;
  limit: number;
  all?: boolean;
}

const SHAPE: ListShape<Job> = {
  head: ['ID', 'TYPE', 'STATE', 'ATTEMPT', 'CREATED', 'TOOK', 'TAGS'],
  rowOf,
  none: 'No jobs match.\n',
};

export function addJobs(program: Command, cli: Cli): void {
  withConnection(program.command('jobs'))
    .description('List jobs, newest first.')
    .option('--type <type>')
    .addOption(new Option('--state <state>').choices(JOB_STATES))
    .option('--tag <tag>')
    .option('--queue <queue>')
    .option('--limit <n>', 'at most this many', parseWhole(1, 100), 20)
    .option('--all', 'every one that matches; with --json one job per line')
    .action(async (options: JobsOptions) => {
      const client = await connectClient(cli, options);
      const { type, state, tag, queue, limit } = options;
      const filter = { type, state, tag, queue };
      if (options.all) return printAll(cli, options, client.list({ ...filter, limit: 100 }), SHAPE);
      printPage(cli, options, await client.listPage({ ...filter, limit }), SHAPE);
    });
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
