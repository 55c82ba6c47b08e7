import { setTimeout as sleep } from 'node:timers/promises';
import type { Query } from '@windlass/proof';

const LOOK_EVERY_MS = 500;
/**
 * A job whose message was lost is handed over again when its mark runs out, after 60 s; then it may need a few attempts more, each at worst
 * killed at its limit. Whatever is left after this long is the checker's to name.
 */
const LONGEST_MS = 150_000;
const LONGEST_LEASES = 10;

const LEFT = `select (select count(*) from windlass.jobs)::int as jobs, (select count(*) from windlass.stopping_attempts)::int as stopping`;

/** Waits until no job is unfinished and no attempt is stopping. False: that took too long. */
export async function awaitQuiet(query: Query, leaseMs: number): Promise<boolean> {
  const deadline = performance.now() + LONGEST_MS + LONGEST_LEASES * leaseMs;
  while (performance.now() < deadline) {
    const left = await query(LEFT).then(
      ({ rows }) => Number(rows[0]!.jobs) + Number(rows[0]!.stopping),
      () => Number.NaN,
    );
    if (left === 0) return true;
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}
