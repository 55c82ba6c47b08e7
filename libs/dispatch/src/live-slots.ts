import type { Runtime } from '@windlass/clock';
import { countLiveSlots, type Database, type LiveType } from '@windlass/store';

/** Remembered this long: a window is a bound, not an account. */
const FRESH_MS = 1_000;

/** Slots and versions of each type over all living workers, read at most once a second and only while somebody asks. */
export class LiveSlots {
  private types = new Map<string, LiveType>();
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
    this.refreshStale();
    return this.types.get(type)?.slots ?? 0;
  }

  /** Versions that some living worker runs; undefined while nobody runs the type at all. */
  versionsOf(type: string): number[] | undefined {
    this.refreshStale();
    return this.types.get(type)?.versions;
  }

  /** Reads now, or joins the reading under way. */
  refresh(): Promise<void> {
    this.reading ??= countLiveSlots(this.db.beats, this.withinMs)
      .then((types) => {
        this.types = types;
        this.readAtMs = this.runtime.monotonicMs();
      })
      .finally(() => {
        this.reading = undefined;
      });
    return this.reading;
  }

  private refreshStale(): void {
    if (this.runtime.monotonicMs() - this.readAtMs > FRESH_MS) void this.refresh().catch(() => {});
  }
}
