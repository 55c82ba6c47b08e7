import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { parseDurationMs } from '../frame/parse-option.js';
import { printAnswer } from '../frame/print-answer.js';
import { describeJob } from '../jobs/describe-job.js';
import { tellJob } from '../jobs/tell-job.js';
import { waitForEnd } from '../jobs/wait-for-end.js';

interface GetOptions extends ConnectionOptions {
  wait?: boolean;
  timeout?: number;
}

export function addGet(program: Command, cli: Cli): void {
  withConnection(program.command('get'))
    .description('Show a job.')
    .argument('<id>')
    .option('--wait', 'wait for its end; exit 1 unless it succeeded')
    .option('--timeout <duration>', 'longest wait, such as 10m (default 1h)', parseDurationMs)
    .action(async (id: string, options: GetOptions) => {
      const client = await connectClient(cli, options);
      if (options.wait) return tellJob(cli, options, client, await waitForEnd(cli, client, id, options.timeout));
      const job = await client.get(id);
      printAnswer(cli, options, job, () => describeJob(job));
    });
}
