import { type HttpAnswer, KeepAliveConnection } from '../load/keep-alive-connection.js';
import type { Stages, System } from '../systems/system.js';

export interface Latency {
  /** From the call to the stored result, ms. */
  storedMs: number[];
  /** From the call to the HTTP answer, ms. */
  answeredMs: number[];
  stages?: Stages;
}

/** 50 jobs/s, as users' systems mostly idle. */
const PACE_MS = 20;
/** Connections in turn: a slow answer must not hold up the next call. */
const CONNECTIONS = 8;
/** How often the store is asked for what is open: by key, and not at all while nothing is. */
const LOOK_MS = 1;
const LOST_MS = 10_000;

/**
 * The store is looked at directly, once a millisecond, over one connection, for every system alike: their own ways to wait are
 * not comparable (a push, a poll, an event), and timestamps inside are taken before the commit. A job counts as stored when an
 * answer of the store has it, so half a millisecond of waiting is in every figure.
 */
export async function measureLatency(
  system: System,
  { from, samples }: { from: number; samples: number },
): Promise<Latency> {
  const connections = Array.from({ length: CONNECTIONS }, () => new KeepAliveConnection(system.target));
  const open = new Map<string, number>();
  const storedMs: number[] = [];
  const answeredMs: number[] = [];
  let ended = false;
  let failure: Error | undefined;
  const call = async (n: number) => {
    const calledMs = performance.now();
    const id = idOf(await connections[n % CONNECTIONS]!.submit(n));
    answeredMs.push(performance.now() - calledMs);
    open.set(id, calledMs);
  };
  const calls: Promise<void>[] = [];
  const looking = look(system, open, storedMs, () => ended && open.size === 0);
  looking.catch((error: Error) => {
    failure ??= error;
  });
  const startMs = performance.now();
  for (let n = 0; n < samples && !failure; n += 1) {
    await sleepUntil(startMs + n * PACE_MS);
    calls.push(
      call(from + n).catch((error: Error) => {
        failure ??= error;
      }),
    );
  }
  await Promise.all(calls);
  ended = true;
  await looking.catch(() => undefined);
  for (const connection of connections) connection.close();
  if (failure) throw failure;
  const stages = await system.stages?.(samples);
  return { storedMs, answeredMs, ...(stages ? { stages } : {}) };
}

async function look(
  { name, store }: System,
  open: Map<string, number>,
  storedMs: number[],
  finished: () => boolean,
): Promise<void> {
  while (!finished()) {
    const nextMs = performance.now() + LOOK_MS;
    if (open.size > 0) {
      const stored = await store.stored([...open.keys()]);
      const nowMs = performance.now();
      for (const id of stored) {
        storedMs.push(nowMs - open.get(id)!);
        open.delete(id);
      }
      for (const [id, calledMs] of open) {
        if (nowMs - calledMs > LOST_MS) throw new Error(`${name}: no result of job ${id} within ${LOST_MS} ms`);
      }
    }
    await sleepUntil(nextMs);
  }
}

/** Always by a timer, which is good to a millisecond: waiting turn by turn would take a processor from the measured system. */
function sleepUntil(atMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(1, Math.round(atMs - performance.now()))));
}

function idOf({ status, body }: HttpAnswer): string {
  if (status !== 202) throw new Error(`HTTP ${status}: ${body.slice(0, 500)}`);
  return String((JSON.parse(body) as { id: unknown }).id);
}
