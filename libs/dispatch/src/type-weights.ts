import type { Runtime } from '@windlass/clock';
import type { Database } from '@windlass/store';

/** A type's weight hardly ever changes: it is part of its declaration. */
const FRESH_MS = 5_000;

/** Which types travel packed, for a service without a registry of its own. */
export class TypeWeights {
  private tiny = new Set<string>();
  private readAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly db: Pick<Database, 'beats'>,
    private readonly runtime: Runtime,
  ) {}

  isTiny(type: string): boolean {
    return this.tiny.has(type);
  }

  /** Reads again when the copy is old. */
  async refresh(): Promise<void> {
    if (this.runtime.monotonicMs() - this.readAtMs < FRESH_MS) return;
    const found = await this.db.beats.query<{ name: string }>({
      name: 'list-tiny-types',
      text: `select distinct name from job_types where declaration ->> 'weight' = 'tiny'`,
    });
    this.tiny = new Set(found.rows.map((row) => row.name));
    this.readAtMs = this.runtime.monotonicMs();
  }
}
