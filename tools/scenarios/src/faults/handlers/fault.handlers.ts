import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineJob, type JobContext } from '@windlass/handler-kit';
import type { SinkLine } from '@windlass/proof';

// Loaded by the workers of a run as a handler module. Each run tells a file of its own that it began and ended, past everything of the platform.

/** A line of the sink, and the process that wrote it: a check may want to know that it is gone. */
export type FaultLine = SinkLine & { pid: number; childPid?: number };

export interface FaultPayload {
  sink: string;
  /** How long it takes. */
  ms?: number;
  /** How much it takes, of memory or of the disk. */
  mb?: number;
  /** Carried along, so that rows are as large as wanted. */
  filling?: string;
}

const anything = { payload: {}, result: {} };
const MIB = 1024 * 1024;
const quick = { kind: 'fixed', delayMs: 200 } as const;

type Teller = (what: FaultLine['what'], plan: string, more?: Partial<FaultLine>) => void;

/** What every handler does around its own work. */
async function told(
  { sink }: FaultPayload,
  { jobId, attempt }: JobContext,
  plan: string,
  work: (tell: Teller) => Promise<unknown> | unknown,
): Promise<{ runId: string }> {
  const runId = randomUUID();
  const tell: Teller = (what, planned, more = {}) => {
    const line: FaultLine = {
      what,
      jobId,
      attempt,
      runId,
      worker: '',
      plan: planned,
      atMs: Date.now(),
      pid: process.pid,
    };
    appendFileSync(sink, `${JSON.stringify({ ...line, ...more })}\n`);
  };
  tell('start', plan);
  await work(tell);
  tell('end', plan);
  return { runId };
}

const note = (payload: FaultPayload, context: JobContext) =>
  told(payload, context, 'ok', () => (payload.ms ? sleep(payload.ms) : undefined));

const tiny = defineJob<FaultPayload>({ ...anything, name: 'fault.note', weight: 'tiny', slots: 64, run: note });
const heavy = defineJob<FaultPayload>({ ...anything, name: 'fault.nap', slots: 3, run: note });

/** Takes memory outside V8's heap, a piece at a time, and touches all of it. A child of its own shows whether the group goes with it. */
const grow = (payload: FaultPayload, context: JobContext) =>
  told(payload, context, 'grow', async (tell) => {
    const child = spawn('/bin/sleep', ['300'], { stdio: 'ignore' });
    tell('start', 'spawned', { childPid: child.pid ?? 0 });
    const held: Buffer[] = [];
    for (let mb = 0; mb < (payload.mb ?? 0); mb += 16) {
      held.push(Buffer.alloc(16 * MIB, 1));
      await sleep(20);
    }
    // Long enough for whoever looks at intervals.
    await sleep(1_000);
    child.kill('SIGKILL');
    return held.length;
  });
const noRetry = { maxAttempts: 1 };
const limited = defineJob<FaultPayload>({ ...anything, name: 'fault.grow', memoryMb: 160, retry: noRetry, run: grow });
const unlimited = defineJob<FaultPayload>({ ...anything, name: 'fault.grow-free', retry: noRetry, run: grow });

const scratch = defineJob<FaultPayload>({
  ...anything,
  name: 'fault.scratch',
  slots: 2,
  retry: { maxAttempts: 100, backoff: quick },
  run: (payload, context) =>
    told(payload, context, 'scratch', () =>
      writeFile(join(context.scratchDir, 'data.bin'), Buffer.alloc((payload.mb ?? 1) * MIB, 1)),
    ),
});

const abort = defineJob<FaultPayload>({
  ...anything,
  name: 'fault.abort',
  retry: { maxAttempts: 3, backoff: quick },
  run: (payload, context) => told(payload, context, 'crash', () => process.abort()),
});

/** Hears neither its signal nor SIGTERM, and never lets the event loop go on. */
const spin = (payload: FaultPayload, context: JobContext) =>
  told(payload, context, 'spin', async () => {
    process.on('SIGTERM', () => undefined);
    // One turn, so that the handler is in place when it stops turning.
    await sleep(1);
    for (;;);
  });
export const HARD_MS = 2_000;
const deaf = defineJob<FaultPayload>({
  ...anything,
  name: 'fault.deaf',
  limits: { softMs: HARD_MS / 2, hardMs: HARD_MS },
  run: spin,
});
const deafForLong = defineJob<FaultPayload>({
  ...anything,
  name: 'fault.deaf-for-long',
  limits: { hardMs: 600_000 },
  retry: noRetry,
  run: spin,
});

export default [tiny, heavy, limited, unlimited, scratch, abort, deaf, deafForLong];
