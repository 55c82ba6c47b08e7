import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineJob, type JobContext } from '@windlass/handler-kit';
import { HARD_MS, type Plan, SOFT_MS, TINY_TYPE, WORK_TYPE } from './plan.js';
import { writeSink } from './write-sink.js';

// Loaded by real children, which is why it must be compiled.

/** Beyond what a row keeps: it is stored as a file. */
const BIG_RESULT_BYTES = 300 * 1024;
const BIG_LOG_LINES = 200;
const BIG_LINE_BYTES = 4_000;

const common = {
  payload: {
    type: 'object',
    required: ['key', 'kind', 'times', 'ms', 'artifactBytes'],
    properties: {
      key: { type: 'string' },
      kind: { type: 'string' },
      times: { type: 'integer' },
      ms: { type: 'number' },
      artifactBytes: { type: 'integer' },
    },
  },
  result: { type: 'object', required: ['runId'] },
  retry: {
    maxAttempts: 4,
    backoff: { kind: 'exponential' as const, delayMs: 200, maxDelayMs: 1_000, jitter: 0.5 },
    onTimeout: true,
  },
  limits: { softMs: SOFT_MS, hardMs: HARD_MS },
};

export default [
  defineJob<Plan>({ ...common, name: TINY_TYPE, weight: 'tiny', slots: 16, run }),
  defineJob<Plan>({ ...common, name: WORK_TYPE, slots: 4, run }),
];

async function run(plan: Plan, context: JobContext): Promise<{ runId: string; filler?: string }> {
  const { jobId, attempt } = context;
  const runId = randomUUID();
  const kind = attempt <= plan.times || plan.kind === 'stubborn' || plan.kind === 'big' ? plan.kind : 'ok';
  writeSink({ what: 'start', jobId, attempt, runId, plan: kind });
  context.progress(10, runId, 'begun');
  context.log(runId);
  if (plan.ms > 0) await work(plan.ms, kind, context);
  if (plan.artifactBytes > 0) {
    await context.files.put('run.txt', Buffer.alloc(plan.artifactBytes, `${runId}\n`), { contentType: 'text/plain' });
  }
  const succeeds = kind === 'stubborn' || kind === 'big';
  writeSink({ what: 'end', jobId, attempt, runId, plan: succeeds ? 'ok' : kind });
  await end(kind, context);
  if (kind !== 'big') return { runId };
  for (let line = 0; line < BIG_LOG_LINES; line += 1) console.log('x'.repeat(BIG_LINE_BYTES));
  return { runId, filler: 'x'.repeat(BIG_RESULT_BYTES) };
}

/** Its whole time, whatever is asked of it meanwhile, if it is stubborn; else it leaves when it is told to. */
async function work(ms: number, kind: string, { signal }: JobContext): Promise<void> {
  if (kind !== 'stubborn') {
    await sleep(ms, undefined, { signal });
    return;
  }
  process.on('SIGTERM', () => undefined);
  await sleep(ms);
}

/** Returns where the attempt succeeds. */
async function end(kind: string, context: JobContext): Promise<void> {
  switch (kind) {
    case 'fail':
      throw new Error(`attempt ${context.attempt} fails as planned`);
    case 'give-up':
      return context.fail('The job gives up as planned.', 'chaos.give-up');
    case 'crash':
      return process.abort();
    case 'hang':
      await sleep(10 * HARD_MS);
      return;
    case 'retry-after':
      return context.retryAfter(300, 'later, as planned');
    case 'hostile':
      throw Object.assign(new Error(`\u0000 \ud800 \udfff \u202e ${'\u0000é'.repeat(200_000)}`), {
        code: '\u0000\ud800',
      });
  }
}
