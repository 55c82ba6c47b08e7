import { randomUUID } from 'node:crypto';
import { type BatchItemResult, WindlassError } from '@windlass/client';
import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { type ConnectionOptions, connectClient, withConnection } from '../frame/connect-client.js';
import { EXIT_FAILED } from '../frame/explain-failure.js';
import { readInput } from '../frame/read-input.js';
import { plain } from '../frame/show-values.js';
import { untilInterrupted } from '../frame/until-interrupted.js';
import { splitSubmissions } from '../submit/split-submissions.js';

interface BatchOptions extends ConnectionOptions {
  idempotencyKey?: string;
}

/** It is held in memory several times over; a larger one can be parted at any line. */
const MAX_MIB = 64;

export function addBatch(program: Command, cli: Cli): void {
  withConnection(program.command('batch'))
    .description('Submit many jobs; prints a line for each, exit 1 if one was refused.')
    .argument('<file>', 'JSON lines or a JSON array of submissions, as POST /v1/jobs takes them; - for standard input')
    .option('--idempotency-key <key>', 'the same file under the same key submits once')
    .action(async (file: string, options: BatchOptions) => {
      const jobs = splitSubmissions(await readInput(cli, file, MAX_MIB));
      const client = await connectClient(cli, options);
      const idempotencyKey = options.idempotencyKey ?? randomUUID();
      let accepted = 0;
      const onOutcomes = (outcomes: BatchItemResult[], first: number) => {
        accepted += outcomes.filter((outcome) => !('problem' in outcome)).length;
        cli.terminal.out(outcomes.map((outcome, at) => lineOf(outcome, first + at, options)).join(''));
      };
      try {
        await untilInterrupted(cli, 'What was accepted goes on.', (signal) =>
          client.submitBatch(jobs, { idempotencyKey, onOutcomes, signal }),
        );
      } catch (error) {
        if (accepted > 0 || !wasRefused(error)) {
          const known = `${accepted} of ${jobs.length} are known to be accepted.`;
          cli.terminal.err(
            `${known} With --idempotency-key ${idempotencyKey} the same file submits only the others.\n`,
          );
        }
        throw error;
      }
      if (!options.json) cli.terminal.err(`${accepted} of ${jobs.length} accepted.\n`);
      if (accepted < jobs.length) cli.exitCode = EXIT_FAILED;
    });
}

/** By an answer, so that nothing of it was accepted. */
function wasRefused(error: unknown): boolean {
  return error instanceof WindlassError && error.status >= 400 && error.status < 500;
}

/** `3  01a1…  queued`, or `3  refused  submit.type-unknown: …`. Counted from 1, as lines are. */
function lineOf(outcome: BatchItemResult, index: number, options: BatchOptions): string {
  if (options.json) return `${JSON.stringify({ index, ...outcome })}\n`;
  const number = String(index + 1);
  if (!('problem' in outcome)) {
    return `${number}  ${outcome.id}  ${outcome.state}${outcome.duplicate ? ' (has the dedupe key)' : ''}\n`;
  }
  const { code, detail } = outcome.problem;
  return `${number}  refused  ${plain(`${code}: ${detail}`)}\n`;
}
