import type { SubmittedJob } from '@windlass/client';
import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { parseDurationMs } from '../frame/parse-option.js';
import { printAnswer } from '../frame/print-answer.js';
import { followToEnd } from '../jobs/follow-to-end.js';
import { tellJob } from '../jobs/tell-job.js';
import { waitForEnd } from '../jobs/wait-for-end.js';
import { readPayload } from '../submit/read-payload.js';
import { type SubmissionOptions, submissionOf, withSubmissionOptions } from '../submit/submission-options.js';

interface SubmitOptions extends ConnectionOptions, SubmissionOptions {
  wait?: boolean;
  follow?: boolean;
  timeout?: number;
  idempotencyKey?: string;
}

export function addSubmit(program: Command, cli: Cli): void {
  const submit = program
    .command('submit')
    .description('Submit a job.')
    .argument('<type>', 'job type, such as hash')
    .argument('[payload]', 'JSON, @FILE, or - for standard input', '{}')
    .option('--wait', 'wait for its end; exit 1 unless it succeeded')
    .option('--follow', 'the same, with its log and progress on standard error')
    .option('--timeout <duration>', 'longest wait, such as 10m (default 1h)', parseDurationMs)
    .option('--idempotency-key <key>', 'the same key submits once');
  withConnection(withSubmissionOptions(submit)).action(
    async (type: string, payload: string, options: SubmitOptions) => {
      const request = submissionOf(type, await readPayload(cli, payload), options);
      const client = await connectClient(cli, options);
      const { idempotencyKey, timeout } = options;
      const submitted = await client.submit(request, { idempotencyKey });
      const wait = options.follow ? followToEnd : options.wait ? waitForEnd : undefined;
      if (wait) return tellJob(cli, options, client, await wait(cli, client, submitted.id, timeout));
      printAnswer(cli, options, submitted, () => told(cli, submitted));
    },
  );
}

function told(cli: Cli, { id, state, duplicate }: SubmittedJob): string {
  if (duplicate) cli.terminal.err(`The dedupe key is taken: this is the job that has it, ${state}.\n`);
  return `${id}\n`;
}
