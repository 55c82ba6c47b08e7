import { opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '@windlass/clock';

/** Longer than any upload stands still: a writer touches its file with every chunk, and clocks of an NFS server drift by less. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;
/** A start must not wait for a huge directory; the next start takes the next thousand. */
const MAX_SWEPT = 1000;

/** Removes unfinished files of processes that died. Other processes share the directory, so only age tells. */
export async function sweepLeftovers(incoming: string, runtime: Runtime): Promise<void> {
  let seen = 0;
  for await (const entry of await opendir(incoming)) {
    seen += 1;
    if (seen > MAX_SWEPT) return;
    const path = join(incoming, entry.name);
    const facts = await stat(path).catch(() => undefined);
    if (facts && runtime.now() - facts.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true });
  }
}
