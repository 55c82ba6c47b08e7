import type { Lane } from '@windlass/store';
import { type LaneState, newLaneState } from './lane-state.js';

/** Lanes remembered at most; the longest known is forgotten, which costs one refill when it comes back. */
const MAX_LANES = 10_000;
const NONE: ReadonlySet<LaneState> = new Set();

/** The lanes that this process knows. */
export class KnownLanes {
  private readonly lanes = new Map<string, LaneState>();
  private readonly byType = new Map<string, Set<LaneState>>();
  /** Of each type, the lanes in which jobs wait that a claim may make room for, in the order of their turns. */
  private readonly waiting = new Map<string, Set<LaneState>>();

  of(lane: Lane): LaneState {
    const key = `${lane.queue}\n${lane.type}`;
    let state = this.lanes.get(key);
    if (state) return state;
    state = newLaneState(lane);
    if (this.lanes.size >= MAX_LANES) this.forgetOldest();
    this.lanes.set(key, state);
    addTo(this.byType, state);
    return state;
  }

  ofType(type: string): ReadonlySet<LaneState> {
    return this.byType.get(type) ?? NONE;
  }

  all(): Iterable<LaneState> {
    return this.lanes.values();
  }

  /** Of a queue that is paused or has a limit. */
  ofLimited(queue: string): LaneState[] {
    return [...this.lanes.values()].filter((state) => state.lane.queue === queue && state.room !== null);
  }

  /** Whether jobs are known to wait in the lane that may be handed over: it has its turns then, and none else. */
  noteWaiting(state: LaneState, waits: boolean): void {
    if (!waits) this.waiting.get(state.lane.type)?.delete(state);
    // One that was forgotten meanwhile has no turns.
    else if (this.byType.get(state.lane.type)?.has(state)) addTo(this.waiting, state);
  }

  /** The next `count` lanes of the type in which jobs wait, each in turn; without those of these queues. */
  nextWaiting(type: string, count: number, except: ReadonlySet<string>): LaneState[] {
    const waiting = this.waiting.get(type);
    const next: LaneState[] = [];
    if (!waiting) return next;
    for (const state of waiting) {
      if (next.length === count) break;
      if (!except.has(state.lane.queue)) next.push(state);
    }
    for (const state of next) {
      waiting.delete(state);
      waiting.add(state);
    }
    return next;
  }

  private forgetOldest(): void {
    for (const [key, state] of this.lanes) {
      if (state.pending.length > 0 || state.refilling || state.refillTimer) continue;
      this.lanes.delete(key);
      this.byType.get(state.lane.type)?.delete(state);
      this.waiting.get(state.lane.type)?.delete(state);
      return;
    }
  }
}

function addTo(sets: Map<string, Set<LaneState>>, state: LaneState): void {
  const known = sets.get(state.lane.type);
  if (known) known.add(state);
  else sets.set(state.lane.type, new Set([state]));
}
