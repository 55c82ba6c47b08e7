import { defineJob, type JobContext } from '@windlass/handler-kit';
import type { SinkLine } from '@windlass/proof';
import { LIMITS } from '../seed-times.js';
import type { InstanceRuntime } from '../world/instance-runtime.js';

/** What a handler does in one attempt. */
export interface RunPlan {
  ms: number;
  /** `hang` never ends by itself; `deaf` looks at no signal and returns in the end. */
  how: 'ok' | 'fail' | 'final' | 'retry' | 'cancel' | 'hang' | 'deaf';
  artifact?: boolean;
}

export interface SimPayload {
  key: string;
  /** By attempt; the last one serves for all further ones. */
  runs: RunPlan[];
}

/** Where the handlers of one worker's present life are. */
export interface HandlerPlace {
  runtime: InstanceRuntime;
  sink: SinkLine[];
}

/** Handlers are loaded once and outlive seeds: whose they are is looked up at each start. One list, however often this module is loaded. */
const PLACES = Symbol.for('windlass.simulation.places');
const shared = globalThis as { [PLACES]?: Map<string, HandlerPlace> };
shared[PLACES] ??= new Map();
const places = shared[PLACES];

export const placeHandlers = (worker: string, place: HandlerPlace): void => void places.set(worker, place);

const ANYTHING = { payload: {}, result: {} };
const BACKOFF = { kind: 'fixed', delayMs: 200, jitter: 0.5 } as const;

/** The job types of one worker: they know its name, as what they write to the sink tells it. */
export function makeSimHandlers(worker: string) {
  const run = (payload: SimPayload, context: JobContext) => runPlan(worker, payload, context);
  const common = { ...ANYTHING, limits: LIMITS, isolation: 'inline', run } as const;
  return [
    defineJob<SimPayload>({
      ...common,
      name: 'sim.tiny',
      weight: 'tiny',
      slots: 3,
      retry: { maxAttempts: 3, backoff: BACKOFF, onTimeout: true },
    }),
    defineJob<SimPayload>({ ...common, name: 'sim.heavy', slots: 2, retry: { maxAttempts: 2, backoff: BACKOFF } }),
  ];
}

async function runPlan(worker: string, payload: SimPayload, context: JobContext): Promise<{ runId: string }> {
  const { runtime, sink } = places.get(worker)!;
  const runId = runtime.uuid();
  const { ms, how, artifact } = payload.runs[Math.min(context.attempt, payload.runs.length) - 1]!;
  const write = (what: SinkLine['what'], plan: string) =>
    void sink.push({ what, jobId: context.jobId, attempt: context.attempt, runId, worker, plan, atMs: runtime.now() });
  write('start', how);
  context.log(runId);
  context.progress(50, runId);
  if (how === 'hang') await new Promise(() => undefined);
  await runtime.sleep(ms, how === 'deaf' ? undefined : context.signal);
  if (how !== 'deaf' && context.signal.aborted) {
    write('end', 'aborted');
    throw context.signal.reason;
  }
  try {
    if (artifact) await context.files.put('out.txt', Buffer.from(runId));
  } catch (error) {
    write('end', 'fail');
    throw error;
  }
  write('end', how === 'deaf' ? 'ok' : how);
  if (how === 'fail') throw new Error(`${runId} fails as planned`);
  if (how === 'final') return context.fail(`${runId} fails as planned`, 'sim.final');
  if (how === 'retry') return context.retryAfter(300);
  if (how === 'cancel') return context.cancel('as planned');
  return { runId };
}
