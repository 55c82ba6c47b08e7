import { setTimeout as sleep } from 'node:timers/promises';
import type { Draw, FaultSpan } from '@windlass/proof';
import type { OwnServers, Testbed } from '@windlass/testbed';
import { Holds, NothingFree } from '../faults/holds.js';
import type { PlannedFault } from './plan-faults.js';

/** What a fault's two sides may take together, its length aside: the slowest is a start of a broker on a loaded machine. */
const HEAL_MS = 240_000;

export interface InjectedFaults {
  spans: FaultSpan[];
  /** Names of faults that found nothing to be done to. */
  passed: string[];
}

/** Injects each planned fault at its time and heals it at its end. Resolves when all are healed. */
export async function injectFaults(
  planned: readonly PlannedFault[],
  to: { bed: Testbed; servers: OwnServers | undefined; draw: Draw; progress(line: string): void },
): Promise<InjectedFaults> {
  const holds = new Holds();
  const done: InjectedFaults = { spans: [], passed: [] };
  const outcomes = await Promise.allSettled(planned.map((each, at) => injectOne(each, at, to, holds, done)));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
  return done;
}

async function injectOne(
  { fault, afterMs, lengthMs }: PlannedFault,
  at: number,
  to: Parameters<typeof injectFaults>[1],
  shared: Holds,
  done: InjectedFaults,
): Promise<void> {
  await sleep(afterMs);
  const holds = new Holds(shared);
  const draw = to.draw.fork(`${at} ${fault.name}`);
  const fromMs = Date.now();
  try {
    const injection = { ...to, draw, holds, lengthMs, leaseMs: to.bed.leaseMs };
    const injected = await within(fault.inject(injection), `${fault.name} to be injected`);
    const injectedMs = Date.now();
    const { targets, detail } = injected;
    to.progress(`  ${fault.name} ${targets.join(', ')}${detail ? ` (${detail})` : ''} for ${lengthMs} ms`);
    await sleep(lengthMs);
    const healMs = Date.now();
    await within(injected.heal(), `${fault.name} to heal`);
    const toMs = Date.now();
    const told = injected.detail;
    if (told !== detail) to.progress(`  ${fault.name}: ${told}`);
    const edges = [
      { fromMs, toMs: injectedMs },
      { fromMs: healMs, toMs },
    ];
    for (const target of targets) {
      for (const span of fault.onlyAtEdges ? edges : [{ fromMs, toMs }]) {
        done.spans.push({ kind: fault.name, target, ...span, ...(told === undefined ? {} : { detail: told }) });
      }
    }
  } catch (error) {
    if (!(error instanceof NothingFree)) throw error;
    done.passed.push(fault.name);
  } finally {
    holds.release();
  }
}

async function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${HEAL_MS} ms for ${what}`)), HEAL_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
