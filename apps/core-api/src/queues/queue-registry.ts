import type { Runtime } from '@windlass/clock';
import { type Database, listQueueSettings } from '@windlass/store';

/** A queue made through another core is seen within this long. */
const FRESH_MS = 2_000;
/** An unknown name asks the database again, but a flood of them only this often. */
const MISS_MS = 250;

/** The queues that operators have made. The table is the truth, this a copy. */
export class QueueRegistry {
  private named = new Set<string>();
  private readAtMs = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly db: Pick<Database, 'engine'>,
    private readonly runtime: Runtime,
  ) {}

  /** Whether an operator has made it. A name in the copy is answered from it while it is read again. */
  async has(name: string): Promise<boolean> {
    const ageMs = this.runtime.monotonicMs() - this.readAtMs;
    const known = this.named.has(name);
    if (ageMs < (known ? FRESH_MS : MISS_MS)) return known;
    const reading = this.refresh();
    if (known) {
      void reading.catch(() => {});
      return true;
    }
    await reading;
    return this.named.has(name);
  }

  names(): string[] {
    return [...this.named].sort();
  }

  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async read(): Promise<void> {
    const rows = await listQueueSettings(this.db.engine);
    this.named = new Set(rows.filter((row) => row.named).map((row) => row.name));
    this.readAtMs = this.runtime.monotonicMs();
  }
}
