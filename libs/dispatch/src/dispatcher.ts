import type { Broker } from '@windlass/broker';
import type { Runtime } from '@windlass/clock';
import { clearMarks, clearMarksOfType, type Database, type Lane, refillLane, type TenantKey } from '@windlass/store';
import { Admission } from './admission.js';
import { DISPATCH } from './dispatch-policy.js';
import { KnownLanes } from './known-lanes.js';
import type { LaneState } from './lane-state.js';
import { publishPack } from './publish-pack.js';

export interface DispatcherOptions {
  db: Pick<Database, 'engine'>;
  broker: Broker;
  runtime: Runtime;
  /** Slots of a type over all living workers. */
  liveSlots(type: string): number;
  /** Versions of a type that some living worker runs; undefined: nobody is there, and any may be handed over. */
  liveVersions(type: string): number[] | undefined;
  /** Whether jobs of a type travel packed. */
  isTiny(type: string): boolean;
  onError(error: unknown, operation: string): void;
}

const FORGET_MS = 1_000;
/**
 * Lanes that one claim has looked at beyond those its jobs came from: each look is a query, and with many lanes all of them at each claim
 * would be more than the claims. The scheduler looks at every lane once a second.
 */
const OTHERS_PER_CLAIM = 4;
const NO_QUEUES: ReadonlySet<string> = new Set();

/**
 * Hands jobs over to the broker (decisions 1 and 2). Two ways: the fast path publishes what was just committed, as long as the
 * lane's credit lasts; a refill marks the head of the lane in PostgreSQL and publishes it. Core and scheduler each have one.
 */
export class Dispatcher {
  private readonly lanes = new KnownLanes();
  private readonly admission: Admission;
  private closed = false;

  constructor(private readonly options: DispatcherOptions) {
    this.admission = new Admission(
      options.db,
      (lane) => this.nudge(lane),
      (error) => options.onError(error, 'admit'),
    );
  }

  /**
   * How many of `count` new jobs may be inserted with their mark set and be handed over after the commit. The rest waits in
   * PostgreSQL, and so does everything after it until a refill has found the lane empty.
   */
  takeCredit(lane: Lane, count: number): number {
    const state = this.lanes.of(lane);
    if (state.backlog || this.options.runtime.monotonicMs() > state.creditUntilMs) return 0;
    const granted = Math.min(count, state.credit);
    state.credit -= granted;
    if (granted < count) {
      state.backlog = true;
      this.lanes.noteWaiting(state, true);
    }
    return granted;
  }

  /** The insert did not commit, or not now: its credit is given up, the next refill finds the truth. */
  dropCredit(lane: Lane): void {
    this.lanes.of(lane).creditUntilMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * Publishes committed, marked jobs: at once when nothing of the lane is under way or nothing was sent for a while, else in
   * paced packs. So a client that waits for each result never waits for the pace, and a flood travels packed.
   */
  handOver(lane: Lane, ids: string[]): void {
    const state = this.lanes.of(lane);
    for (const id of ids) state.pending.push(id);
    const sinceMs = this.options.runtime.monotonicMs() - state.lastSentMs;
    // Ends that another core recorded are not heard of: after a pause the estimate starts anew.
    if (sinceMs > FORGET_MS) state.unfinished = 0;
    const packSize = this.packSize(lane.type);
    if (state.unfinished <= 0 || sinceMs >= DISPATCH.paceMs || state.pending.length >= packSize)
      this.sendPending(state);
    else state.pendingTimer ??= this.options.runtime.after(DISPATCH.paceMs - sinceMs, () => this.sendPending(state));
  }

  /**
   * Workers asked for `asked` jobs of a type, which came from `queues`, and got `granted`: room for more there and, in turn, in some
   * other lanes where jobs wait; what was given back is due again. A claim makes no room in a queue that is paused or full: such a lane is
   * looked at again when one of its jobs has ended, or what is known is old.
   */
  claimed(type: string, asked: number, granted: number, queues = NO_QUEUES): void {
    for (const queue of queues) {
      const state = this.lanes.of({ queue, type });
      const stale = this.options.runtime.monotonicMs() > state.creditUntilMs;
      if (state.room === 0 && !stale) continue;
      if (state.backlog || stale || granted < asked || state.credit < this.window(type) / 4) this.nudge(state.lane);
    }
    for (const state of this.lanes.nextWaiting(type, OTHERS_PER_CLAIM, queues)) this.nudge(state.lane);
  }

  /** Jobs of a type ended: for pacing only. */
  finished(type: string, count: number): void {
    for (const state of this.lanes.ofType(type)) state.unfinished = Math.max(0, state.unfinished - count);
  }

  /**
   * A job of this lane runs no more. In a queue with a limit others may now; whether it has one is known from the last refill, and a
   * lane that this process has not looked at lately gets a look.
   */
  freed(lane: Lane): void {
    const state = this.lanes.of(lane);
    if (this.options.runtime.monotonicMs() - state.lastRefillMs > DISPATCH.creditMs) this.nudge(lane);
    else if (state.room !== null) for (const each of this.lanes.ofLimited(lane.queue)) this.nudge(each.lane);
  }

  /** Lets the next jobs of these concurrency keys into their lanes. Never rejects. */
  admit(keys: TenantKey[]): Promise<void> {
    return this.admission.admit(keys);
  }

  /** Refills a lane soon: at once, or when the pace allows. Calls in between are one. */
  nudge(lane: Lane): void {
    const state = this.lanes.of(lane);
    if (this.closed || state.refillTimer) return;
    if (state.refilling) {
      state.refillAgain = true;
      return;
    }
    // Of a paused lane, each submission wants a refill: the pace bounds what comes of a flood.
    const paced = state.unfinished > 0 || state.room !== null;
    const waitMs = paced ? state.lastRefillMs + DISPATCH.paceMs - this.options.runtime.monotonicMs() : 0;
    if (waitMs <= 0) void this.refillSafely(state);
    else
      state.refillTimer = this.options.runtime.after(waitMs, () => {
        state.refillTimer = undefined;
        void this.refillSafely(state);
      });
  }

  /** Marks and publishes what should be out and is not. Resolves with the number handed over. Throws what the database throws. */
  async refill(lane: Lane): Promise<number> {
    const state = this.lanes.of(lane);
    const window = this.window(lane.type);
    state.lastRefillMs = this.options.runtime.monotonicMs();
    const versions = this.options.liveVersions(lane.type);
    const { head, room, ids } = await refillLane(this.options.db.engine, lane, {
      window,
      markMs: DISPATCH.markMs,
      ...(versions && { versions }),
    });
    // Where a pause or a limit decides, nothing takes the fast path.
    state.room = room;
    state.backlog = room !== null || head >= window;
    state.credit = state.backlog ? 0 : window - head;
    this.lanes.noteWaiting(state, room !== 0 && head >= Math.min(window, room ?? window));
    state.creditUntilMs = this.options.runtime.monotonicMs() + DISPATCH.creditMs;
    if (ids.length > 0) this.handOver(lane, ids);
    return ids.length;
  }

  /** Declares the broker's queue of a type. One that was gone makes everything that was out due again. */
  async declareQueue(type: string): Promise<void> {
    const { created } = await this.options.broker.declareQueue(type);
    if (!created) return;
    await clearMarksOfType(this.options.db.engine, type);
    this.nudge({ queue: type, type });
    for (const state of this.lanes.ofType(type)) this.nudge(state.lane);
  }

  close(): void {
    this.closed = true;
    for (const state of this.lanes.all()) {
      state.refillTimer?.cancel();
      state.pendingTimer?.cancel();
      if (state.pending.length > 0) this.sendPending(state);
    }
  }

  private window(type: string): number {
    const spare = this.options.isTiny(type) ? DISPATCH.spare.tiny : DISPATCH.spare.heavy;
    return 2 * this.options.liveSlots(type) + spare;
  }

  private packSize(type: string): number {
    return this.options.isTiny(type) ? DISPATCH.packSize : 1;
  }

  private sendPending(state: LaneState): void {
    state.pendingTimer?.cancel();
    state.pendingTimer = undefined;
    const ids = state.pending;
    state.pending = [];
    state.lastSentMs = this.options.runtime.monotonicMs();
    state.unfinished += ids.length;
    const packSize = this.packSize(state.lane.type);
    for (let from = 0; from < ids.length; from += packSize) void this.send(state, ids.slice(from, from + packSize));
  }

  private async send(state: LaneState, ids: string[]): Promise<void> {
    const { type } = state.lane;
    try {
      let routed = await publishPack(this.options.broker, type, ids);
      if (!routed) {
        await this.declareQueue(type);
        routed = await publishPack(this.options.broker, type, ids);
      }
      if (!routed) throw new Error(`no queue took jobs of type ${type}`);
    } catch (error) {
      state.unfinished = Math.max(0, state.unfinished - ids.length);
      state.creditUntilMs = Number.NEGATIVE_INFINITY;
      state.backlog = true;
      this.lanes.noteWaiting(state, true);
      this.options.onError(error, 'dispatch');
      // Without it they would only be due when the mark runs out. If the message did arrive, its copy dies at the claim.
      await clearMarks(this.options.db.engine, ids).catch((second: unknown) =>
        this.options.onError(second, 'dispatch'),
      );
    }
  }

  private async refillSafely(state: LaneState): Promise<void> {
    state.refilling = true;
    try {
      // While the broker is away, marking would only be undone.
      if (this.options.broker.state === 'up') await this.refill(state.lane);
    } catch (error) {
      this.options.onError(error, 'dispatch');
    } finally {
      state.refilling = false;
      if (state.refillAgain) {
        state.refillAgain = false;
        this.nudge(state.lane);
      }
    }
  }
}
