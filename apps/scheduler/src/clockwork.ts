import type { Runtime } from '@windlass/clock';
import { messageOf } from '@windlass/faults';
import type { Logger } from '@windlass/service-kit';
import type { LeaderTerm } from '@windlass/store';
import type { Leadership } from './lead/leadership.js';

export interface Wheel {
  name: string;
  everyMs: number;
  /** One turn. May answer how soon it wants the next one, if sooner than `everyMs`. */
  turn(term: LeaderTerm): Promise<number | undefined>;
}

/** A follower looks this often whether it leads by now. */
const IDLE_MS = 250;

/** Turns each wheel while this process leads. A turn that fails is logged and comes again: the next one finds the truth. */
export class Clockwork {
  private readonly stopping = new AbortController();
  private loops: Promise<void>[] = [];

  constructor(
    private readonly leadership: Leadership,
    private readonly runtime: Runtime,
    private readonly logger: Logger,
  ) {}

  start(wheels: Wheel[]): void {
    this.loops = wheels.map((wheel) => this.run(wheel));
  }

  /** Waits for the turns under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.loops);
  }

  private async run(wheel: Wheel): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const term = this.leadership.current();
      const waitMs = term ? await this.turn(wheel, term) : IDLE_MS;
      await this.runtime.sleep(waitMs, signal);
    }
  }

  private async turn(wheel: Wheel, term: LeaderTerm): Promise<number> {
    try {
      const wantedMs = await wheel.turn(term);
      return Math.max(10, Math.min(wheel.everyMs, wantedMs ?? wheel.everyMs));
    } catch (error) {
      this.logger.warn({ operation: wheel.name, error }, `${wheel.name} failed, comes again: ${messageOf(error)}`);
      return wheel.everyMs;
    }
  }
}
