import type { Runtime } from '@windlass/clock';
import { countLiveSlots, type Database } from '@windlass/store';

/** Remembered this long: a window is a bound, not an account. */
const FRESH_MS = 1_000;

/** Slots of each type over all living workers, read at most once a second and only while somebody asks. */
export class LiveSlots {
  private slots = new Map<string, number>();
  private readAtMs = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly db: Pick<Database, 'beats'>,
    private readonly runtime: Runtime,
    /** A worker that has not beaten for this long has no slots. */
    private readonly withinMs: number,
  ) {}

  /** The figure as last read; a stale one starts a reading in the background. */
  of(type: string): number {
    if (this.runtime.monotonicMs() - this.readAtMs > FRESH_MS) void this.refresh().catch(() => {});
    return this.slots.get(type) ?? 0;
  }

  /** Reads now, or joins the reading under way. */
  refresh(): Promise<void> {
    this.reading ??= countLiveSlots(this.db.beats, this.withinMs)
      .then((slots) => {
        this.slots = slots;
        this.readAtMs = this.runtime.monotonicMs();
      })
      .finally(() => {
        this.reading = undefined;
      });
    return this.reading;
  }
}
