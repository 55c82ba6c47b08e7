import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SubmitJobRequest } from '@windlass/client';
import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { CliFailure, UsageFailure } from '../frame/cli-failure.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { collect, parseDurationMs, parseWhole } from '../frame/parse-option.js';
import { printAnswer } from '../frame/print-answer.js';
import { readAll } from '../frame/read-all.js';
import { tellJob } from '../jobs/tell-job.js';
import { waitForEnd } from '../jobs/wait-for-end.js';

interface SubmitOptions extends ConnectionOptions {
  wait?: boolean;
  timeout?: number;
  idempotencyKey?: string;
  tag?: string[];
  softLimit?: number;
  hardLimit?: number;
  maxAttempts?: number;
}

export function addSubmit(program: Command, cli: Cli): void {
  withConnection(program.command('submit'))
    .description('Submit a job.')
    .argument('<type>', 'job type, such as hash')
    .argument('[payload]', 'JSON, @FILE, or - for standard input', '{}')
    .option('--wait', 'wait for its end; exit 1 unless it succeeded')
    .option('--timeout <duration>', 'longest wait, such as 10m (default 1h)', parseDurationMs)
    .option('--idempotency-key <key>', 'the same key submits once')
    .option('--tag <tag>', 'may be repeated', collect)
    .option('--soft-limit <duration>', 'after this long it is asked to stop', parseDurationMs)
    .option('--hard-limit <duration>', 'after this long it is killed', parseDurationMs)
    .option('--max-attempts <n>', 'first attempt included', parseWhole(1, 100))
    .action(async (type: string, payload: string, options: SubmitOptions) => {
      const request = await requestOf(cli, type, payload, options);
      const client = await connectClient(cli, options);
      const { idempotencyKey } = options;
      const submitted = await client.submit(request, idempotencyKey === undefined ? {} : { idempotencyKey });
      if (options.wait)
        return tellJob(cli, options, client, await waitForEnd(cli, client, submitted.id, options.timeout));
      printAnswer(cli, options, submitted, () => `${submitted.id}\n`);
    });
}

async function requestOf(cli: Cli, type: string, payload: string, options: SubmitOptions): Promise<SubmitJobRequest> {
  const { tag, softLimit, hardLimit, maxAttempts } = options;
  return {
    type,
    payload: parsePayload(await payloadText(cli, payload)),
    ...(tag && { tags: tag }),
    ...(softLimit !== undefined && { softMs: softLimit }),
    ...(hardLimit !== undefined && { hardMs: hardLimit }),
    ...(maxAttempts !== undefined && { maxAttempts }),
  };
}

async function payloadText(cli: Cli, given: string): Promise<string> {
  if (given === '-') return readAll(cli.stdin);
  if (!given.startsWith('@')) return given;
  const path = resolve(cli.cwd, given.slice(1));
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new CliFailure(`There is no file ${path}.`, 'Check the path.');
    throw error;
  });
}

function parsePayload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageFailure(
      `The payload is not JSON: ${(error as Error).message}`,
      `Quote it for the shell, such as '{"file":"a"}', or give @FILE.`,
    );
  }
}
