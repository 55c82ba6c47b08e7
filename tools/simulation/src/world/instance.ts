import type { EventOwner, WorldEvent } from './event-list.js';

/** One life of a service: from a start to a kill. After that nothing reaches it any more. */
export class Instance implements EventOwner {
  alive = true;
  paused = false;
  /** How wrong the wall clock of its host is. */
  clockOffsetMs = 0;
  /** What fell due while it stood still. */
  readonly held: WorldEvent[] = [];
  /** Asked once for each request it sends, by its kind: how long that one stays on the way. */
  ambush: ((kind: string) => number) | undefined;
  private readonly farewells: (() => void)[] = [];

  constructor(
    /** As in `worker-2`. */
    readonly name: string,
    /** From 1, one more with each start. */
    readonly life: number,
  ) {}

  /** Called when it is killed: what others notice of its death. */
  onDeath(notice: () => void): void {
    this.farewells.push(notice);
  }

  kill(): void {
    this.alive = false;
    this.held.length = 0;
    for (const notice of this.farewells.splice(0)) notice();
  }

  pause(): void {
    this.paused = true;
  }

  /** Answers what fell due meanwhile. */
  resume(): WorldEvent[] {
    this.paused = false;
    return this.held.splice(0);
  }
}
