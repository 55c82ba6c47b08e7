import { ManualRuntime } from '@windlass/clock';
import { createLogger } from '@windlass/service-kit';
import type { Database } from '@windlass/store';
import { expect, it } from 'vitest';
import { Leadership } from './leadership.js';

/** The default (LEADER_TTL_MS). */
const TTL_MS = 10_000;
const logger = createLogger({ service: 'scheduler', level: 'error', format: 'json', machine: 'test' });

/** The leader's row as the two statements treat it. */
class LeadersRow {
  private holder = '';
  private term = 0;
  private expiresAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly runtime: ManualRuntime) {}

  readonly beats = {
    query: async ({ name, values }: { name: string; values: unknown[] }) => {
      const holder = String(values[1]);
      if (name === 'resign-leadership') {
        if (holder === this.holder) this.expiresAtMs = this.runtime.now();
        return { rows: [] };
      }
      const live = this.expiresAtMs > this.runtime.now();
      if (live && holder !== this.holder) return { rows: [] };
      if (!live || holder !== this.holder) this.term += 1;
      this.holder = holder;
      this.expiresAtMs = this.runtime.now() + Number(values[2]);
      return { rows: [{ term: this.term }] };
    },
  } as unknown as Database['beats'];
}

it('whoever stops in order is followed within a second, at whatever moment it stops', async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const runtime = new ManualRuntime({ seed });
    const row = new LeadersRow(runtime);
    const [first, second] = ['a', 'b'].map(
      (holder) => new Leadership(row, runtime, logger, { holder, ttlMs: TTL_MS }),
    ) as [Leadership, Leadership];
    first.start();
    await runtime.advance(0);
    second.start();
    await runtime.advance(15_000 + seed * 37);
    expect([first.current() !== undefined, second.current()]).toEqual([true, undefined]);
    await first.stop();
    // The rest of the second is for the leader's last turns.
    await runtime.advance(650);
    expect(second.current(), `seed ${seed}`).toMatchObject({ holder: 'b' });
    await second.stop();
  }
});
