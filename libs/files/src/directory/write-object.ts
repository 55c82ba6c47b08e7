import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MeasuredContent } from '../measure-content.js';
import { trailerOf } from './object-trailer.js';
import { codeOf, type Layout, makeParents, syncDirectory } from './open-layout.js';

/** Runs one file-system call under the store's timeout. */
export type Step = <T>(call: () => Promise<T>) => Promise<T>;

/** A delete may remove an empty directory between its making and the rename into it; more often than this is not chance. */
const MAX_PLACE_TRIES = 5;

/** Writes aside, syncs, then renames: the key shows nothing or everything, also after a power cut. */
export async function writeObject(
  layout: Layout,
  target: string,
  content: MeasuredContent,
  asideName: string,
  step: Step,
): Promise<{ size: number; sha256: string }> {
  const aside = join(layout.incoming, asideName);
  try {
    const stored = await writeAside(aside, content, step);
    await step(() => place(layout, aside, target));
    return stored;
  } catch (error) {
    await step(() => rm(aside, { force: true })).catch(() => undefined); // swept later; the first failure is the one to tell
    throw error;
  }
}

async function writeAside(aside: string, content: MeasuredContent, step: Step) {
  // wx: never through something that already stands there.
  const file = await step(() => open(aside, 'wx', 0o600));
  try {
    for await (const chunk of content.chunks) await step(() => file.appendFile(chunk));
    const stored = content.measured();
    await step(() => file.appendFile(trailerOf(stored.sha256)));
    await step(() => file.sync());
    return stored;
  } finally {
    await step(() => file.close());
  }
}

async function place(layout: Layout, aside: string, target: string): Promise<void> {
  const parent = dirname(target);
  for (let tries = 1; ; tries += 1) {
    try {
      await makeParents(layout, parent);
      await rename(aside, target);
      break;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tries === MAX_PLACE_TRIES) throw error;
    }
  }
  await syncDirectory(parent);
}
