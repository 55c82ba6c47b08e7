import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineJob, FailJob, type JobContext, RetryJob } from '@windlass/handler-kit';
import type { SinkLine } from '@windlass/proof';
import { workerName } from './handler.config.js';

// Loaded by the workers of a run as a handler module.

const anything = { payload: {}, result: {} };
/** Fast and fixed, so that a run measures the platform's waits and not a policy's. */
const retry = { maxAttempts: 5, backoff: { kind: 'fixed', delayMs: 0 } } as const;

export interface WorkPayload {
  /** How long it takes. */
  ms?: number;
  /** `fail`: failed for good; `retry`: the first attempt fails and the second one succeeds. */
  end?: 'ok' | 'fail' | 'retry';
  logLines?: number;
  artifactBytes?: number;
}

async function work(payload: WorkPayload, context: JobContext): Promise<{ attempt: number }> {
  const { ms = 0, end = 'ok', logLines = 0, artifactBytes = 0 } = payload;
  for (let n = 1; n <= logLines; n += 1) context.log(`line ${n} of ${logLines}`);
  if (ms > 0) {
    context.progress(10, 'begun');
    await sleep(ms, undefined, { signal: context.signal });
    context.progress(90, 'nearly there');
  }
  if (artifactBytes > 0) await context.files.put('out/data.bin', Buffer.alloc(artifactBytes, context.jobId));
  if (end === 'fail') throw new FailJob('as it was told', 'load.told');
  if (end === 'retry' && context.attempt === 1) throw new RetryJob('as it was told', 0);
  return { attempt: context.attempt };
}

const tiny = defineJob<WorkPayload>({ ...anything, name: 'load.tiny', weight: 'tiny', retry, run: work });
const heavy = defineJob<WorkPayload>({ ...anything, name: 'load.work', slots: 2, retry, run: work });

export interface HoldPayload {
  /** File that gets a SinkLine at the start and one at the end, past everything of the platform. */
  sink: string;
  ms: number;
  /** How long later attempts take; default as long as the first. */
  laterMs?: number;
}

/** Takes as long as it is told and tells a file of its own when it began and ended. */
async function hold({ sink, ms, laterMs = ms }: HoldPayload, context: JobContext): Promise<{ runId: string }> {
  const { jobId, attempt } = context;
  const runId = randomUUID();
  const tell = (what: 'start' | 'end') => {
    const line: SinkLine = { what, jobId, attempt, runId, worker: workerName(), plan: 'ok', atMs: Date.now() };
    appendFileSync(sink, `${JSON.stringify(line)}\n`);
  };
  tell('start');
  context.log(runId);
  await sleep(attempt === 1 ? ms : laterMs, undefined, { signal: context.signal });
  tell('end');
  return { runId };
}

const held = defineJob<HoldPayload>({ ...anything, name: 'load.hold', slots: 8, retry, run: hold });
/** In the worker's own process: a hundred of them at a time are no hundred processes. */
const inline = defineJob<HoldPayload>({
  ...anything,
  name: 'load.hold-inline',
  isolation: 'inline',
  slots: 64,
  retry,
  run: hold,
});

export default [tiny, heavy, held, inline];
