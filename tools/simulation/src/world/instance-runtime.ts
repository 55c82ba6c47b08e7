import type { Runtime, Timer } from '@windlass/clock';
import type { Draw } from '@windlass/proof';
import type { Instance } from './instance.js';
import type { World } from './world.js';

/** Timers of a busy process come a little late, never early. */
const LATE_MS = 2;
/** What can happen until a process notices that a timer is due. */
const NEVER: Timer = { cancel: () => undefined, unref: () => NEVER };

/** The world as one instance sees it: its own timers, its host's wall clock, chance from the seed. Without an instance: the broker's own. */
export class InstanceRuntime implements Runtime {
  private readonly chance: Draw;
  private sequence = 0;

  constructor(
    private readonly world: World,
    private readonly instance: Instance | undefined,
  ) {
    this.chance = world.draw.fork(instance ? `${instance.name} ${instance.life}` : 'broker');
  }

  now(): number {
    return Math.floor(this.world.nowMs + (this.instance?.clockOffsetMs ?? 0));
  }

  monotonicMs(): number {
    return this.world.nowMs;
  }

  after(delayMs: number, run: () => void): Timer {
    if (this.instance && !this.instance.alive) return NEVER;
    const event = this.world.after(delayMs + this.chance.next() * LATE_MS, 'timer', run, this.instance);
    const timer: Timer = {
      cancel: () => {
        event.cancelled = true;
      },
      unref: () => timer,
    };
    return timer;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.after(delayMs, done);
      function done() {
        timer.cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      }
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  random(): number {
    return this.chance.next();
  }

  randomBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.chance.whole(0, 255));
  }

  /** Version 7 (RFC 9562): 48 bits of ms, 12 bits that count, the rest drawn. */
  uuid(): string {
    this.sequence = (this.sequence + 1) & 0xfff;
    const time = this.now().toString(16).padStart(12, '0');
    const count = (0x7000 | this.sequence).toString(16);
    const rest = Buffer.from(this.randomBytes(8));
    rest[0] = (rest[0]! & 0x3f) | 0x80;
    const tail = rest.toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-${count}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  }
}
