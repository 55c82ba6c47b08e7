import type { Draw } from '@windlass/proof';
import type { Weather } from '../faults/weather.js';
import { LEASE_MS } from '../seed-times.js';
import type { Instance } from '../world/instance.js';
import type { World } from '../world/world.js';

export interface WireOptions {
  world: World;
  weather: () => Weather;
  /** Hears of what was lost or late, and until when that can be felt. */
  onHit: (what: string, target: string, forMs: number) => void;
}

/** How often a message that is repeated arrives at most. */
const MOST_COPIES = 5;
const LATE_MS = 1_000;
/** Now and then a message comes after everything that it belongs to: longer than two leases. */
const VERY_LATE_MS = 3 * LEASE_MS;
const VERY_LATE = 0.25;
const LATE_COPY = 0.5;

/** What lies between an instance and the broker. What passes takes a moment; in bad weather it is lost, late, or comes several times. */
export class Wire {
  private readonly chance: Draw;

  constructor(
    private readonly options: WireOptions,
    private readonly instance: Instance,
  ) {
    this.chance = options.world.draw.fork(`wire ${instance.name} ${instance.life}`);
  }

  /** To the broker. Nobody holds back what a process has sent; a dead one sends nothing more. */
  there(label: string, run: () => void, lateMs = 0): void {
    if (!this.instance.alive) return;
    const { world } = this.options;
    world.after(world.travelMs() + lateMs, `${this.instance.name} > ${label}`, run);
  }

  /** From the broker. */
  back(label: string, run: () => void, lateMs = 0): void {
    const { world } = this.options;
    world.after(world.travelMs() + lateMs, `< ${label}`, run, this.instance);
  }

  /** Whether it is lost. `feltMs`: how long its sender waits for what does not come. */
  loses(what: 'loseMessage' | 'loseRequest', feltMs: number): boolean {
    const lost = this.strikes(what);
    if (lost) this.hit('message-lost', feltMs);
    return lost;
  }

  copies(): number {
    return this.strikes('repeatMessage') ? this.chance.whole(2, MOST_COPIES) : 1;
  }

  lateMs(): number {
    if (!this.strikes('lateMessage')) return 0;
    const ms = this.chance.next() * (this.chance.chance(VERY_LATE) ? VERY_LATE_MS : LATE_MS);
    this.hit('message-late', ms);
    return ms;
  }

  /** A copy that comes after everything that it belongs to is worth most. Nobody waits for it. */
  lateCopyMs(): number {
    return this.chance.next() * (this.chance.chance(LATE_COPY) ? VERY_LATE_MS : 0);
  }

  /** One outcome of two that may come: the answer, or the end of the caller's patience. Nothing comes once the caller is dead. */
  within<R>(
    timeoutMs: number,
    label: string,
    late: () => Error,
    ask: (resolve: (result: R) => void, reject: (error: unknown) => void) => void,
  ): Promise<R> {
    return new Promise((resolve, reject) => {
      if (!this.instance.alive) return;
      const give = () => reject(late());
      const timeout = this.options.world.after(timeoutMs, `timeout ${label}`, give, this.instance);
      const ended =
        <V>(settle: (value: V) => void) =>
        (value: V) => {
          timeout.cancelled = true;
          settle(value);
        };
      ask(ended(resolve), ended(reject));
    });
  }

  private hit(what: string, forMs: number): void {
    this.options.onHit(what, `${this.instance.name}:rabbitmq`, forMs);
  }

  private strikes(what: keyof Weather): boolean {
    const likely = this.options.weather()[what];
    return likely > 0 && this.chance.chance(likely);
  }
}
