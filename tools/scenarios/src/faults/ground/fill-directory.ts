import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const CHUNKS = [1024 * 1024, 4096, 1];
/** Whoever fills more than this has not mounted what he thinks. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024;

/** Fills the file system of a directory to the last byte. Returns what makes room again. */
export function fillDirectory(dir: string): () => void {
  const file = join(dir, '.filler');
  const to = openSync(file, 'a');
  try {
    let written = 0;
    for (const size of CHUNKS) {
      const chunk = Buffer.alloc(size, 1);
      while (written < MOST_BYTES && writesAll(to, chunk)) written += size;
    }
    if (written >= MOST_BYTES) throw new Error(`${dir} is not a small file system`);
  } finally {
    closeSync(to);
  }
  return () => rmSync(file, { force: true });
}

function writesAll(to: number, chunk: Buffer): boolean {
  try {
    return writeSync(to, chunk) === chunk.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
