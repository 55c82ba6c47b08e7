import type { LoadedHandler } from '../load-handlers.js';
import type { Attempt } from './attempt.js';
import { ChildSession, type SessionOwner } from './child-session.js';
import type { OomKills } from './oom-kills.js';
import type { ChildEvent, Ending, Outcome, RunnerClock, RunnerEvents } from './runner.contract.js';
import type { ScratchSpace } from './scratch-space.js';
import type { SpareChildren } from './spare-children.js';

/** Where attempts wait and run: one for all heavy types, one per tiny type, one for inline handlers. */
export interface Lane {
  add(attempts: readonly Attempt[]): void;
  /** attempt.cancel is set. */
  cancel(attempt: Attempt): void;
  release(attempt: Attempt): Promise<boolean>;
  /** Kills what runs; answers what never started. */
  stop(): Promise<Attempt[]>;
  warm(): Promise<void>;
  sessions(): Iterable<ChildSession>;
  readonly waitingCount: number;
}

/** What lanes have in common and the runner provides. */
export interface LaneHost {
  clock: RunnerClock;
  events: RunnerEvents;
  bootTimeoutMs: number;
  oomKills: OomKills;
  children: SpareChildren;
  scratch: ScratchSpace;
  settle(attempt: Attempt, outcome: Outcome): void;
  onChild(event: ChildEvent): void;
}

/** So many children in a row that die before they start an attempt are not chance: it ends as crashed. */
export const MAX_FAILED_STARTS = 3;
/** Times the number of failed starts: a host without memory or processes needs a moment. */
export const START_RETRY_MS = 100;

export function openSession(
  host: LaneHost,
  handler: LoadedHandler,
  memoryMb: number | undefined,
  ownScratch: boolean,
  callbacks: Pick<SessionOwner, 'onOutcome' | 'onEnded'>,
): ChildSession {
  const child = host.children.take(memoryMb);
  const use = handler.definition.name;
  host.onChild({ kind: 'started', pid: child.pid, use });
  return new ChildSession(child, handler, ownScratch, {
    clock: host.clock,
    events: host.events,
    bootTimeoutMs: host.bootTimeoutMs,
    oomKills: host.oomKills,
    onOutcome: callbacks.onOutcome,
    onEnded: (unstarted, began, reason) => {
      host.onChild({ kind: 'ended', pid: child.pid, use, reason });
      callbacks.onEnded(unstarted, began, reason);
    },
  });
}

/** An outcome without a run. */
export function settleUnstarted(host: LaneHost, attempt: Attempt, ending: Ending): void {
  host.settle(attempt, { ...ending, startedAtMs: host.clock.now(), durationMs: 0 } as Outcome);
}

/** Takes an attempt out of a queue. */
export function takeOut(queue: Attempt[], attempt: Attempt): boolean {
  const index = queue.indexOf(attempt);
  if (index >= 0) queue.splice(index, 1);
  return index >= 0;
}
