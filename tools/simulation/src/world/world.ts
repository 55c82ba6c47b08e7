import { createHash } from 'node:crypto';
import type { Draw } from '@windlass/proof';
import { drawFrom } from '@windlass/proof';
import { EventList, type EventOwner, type WorldEvent } from './event-list.js';
import { settle } from './settle.js';

/** A Monday at noon: no week and no day ends within a seed. */
const START_MS = Date.UTC(2026, 0, 5, 12);

export interface WorldOptions {
  seed: number;
  /** Hears each step as text. */
  onStep?: (line: string) => void;
}

/**
 * Virtual time and the list of what comes next. One event runs at a time and everything that follows from it in this process
 * settles before the next one, so a seed has one order only.
 */
export class World {
  nowMs = START_MS;
  readonly draw: Draw;
  steps = 0;
  private draws = 0;
  statements = 0;
  private readonly events: EventList;
  private readonly order: Draw;
  private readonly latency: Draw;
  private readonly trace = createHash('sha256');
  /** What a step waits for outside of this process: the one statement that PostgreSQL works on. */
  private outside: Promise<unknown> | undefined;

  constructor(private readonly options: WorldOptions) {
    this.draw = drawFrom(options.seed);
    this.order = this.draw.fork('order');
    this.latency = this.draw.fork('latency');
    this.events = new EventList();
  }

  get elapsedMs(): number {
    return this.nowMs - START_MS;
  }

  /** Calls `run` after `delayMs`, in a drawn order among those of the same moment. With an owner: when it can run, and never once it is dead. */
  after(delayMs: number, label: string, run: () => void, owner?: EventOwner): WorldEvent {
    return this.events.add({
      dueMs: this.nowMs + Math.max(0, delayMs),
      tie: this.order.next(),
      label,
      run,
      owner,
      cancelled: false,
    });
  }

  /** How long something travels: mostly a moment, now and then much longer. */
  travelMs(): number {
    this.draws += 1;
    const kind = this.latency.next();
    if (kind < 0.9) return this.latency.next() * 3;
    return kind < 0.985 ? this.latency.next() * 30 : this.latency.next() * 300;
  }

  /** Until the event has run that is under way, with all that follows from it. */
  awaitOutside(work: Promise<unknown>): void {
    this.outside = work;
  }

  /** Takes one step. False: nothing is left to do. */
  async step(): Promise<boolean> {
    const event = this.events.take();
    if (!event) return false;
    this.nowMs = Math.max(this.nowMs, event.dueMs);
    const { owner } = event;
    if (owner && !owner.alive) return true;
    if (owner?.paused) {
      owner.held.push(event);
      return true;
    }
    this.steps += 1;
    this.note(owner ? `${owner.name}.${owner.life} ${event.label}` : event.label);
    event.run();
    while (this.outside) {
      const work = this.outside;
      this.outside = undefined;
      await work;
    }
    await settle();
    return true;
  }

  /** What was held back while its owner stood still falls due at once. */
  release(events: WorldEvent[]): void {
    for (const event of events) {
      event.dueMs = this.nowMs;
      event.tie = this.order.next();
      this.events.add(event);
    }
  }

  /** One line of the trace: what happened, at which moment. */
  note(text: string): void {
    const line = `${this.elapsedMs.toFixed(3)} #${this.draws} ${text}`;
    this.trace.update(line);
    this.options.onStep?.(line);
  }

  digest(): string {
    return this.trace.copy().digest('hex');
  }
}
