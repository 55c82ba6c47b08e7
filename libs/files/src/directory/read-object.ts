import { constants } from 'node:fs';
import { type FileHandle, open, rmdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readTrailer } from './object-trailer.js';
import { confirmAbsence, isAbsence, isPlainDirectory, type Layout, syncDirectory } from './open-layout.js';

export interface OpenObject {
  file: FileHandle;
  size: number;
  sha256: string;
}

/** Opens an object, or undefined when there is none. The caller closes the file. What only a link leads to is none of ours. */
export async function openObject(layout: Layout, target: string): Promise<OpenObject | undefined> {
  if (!(await isPlainDirectory(dirname(target)))) return absent(layout);
  let file: FileHandle;
  try {
    // NONBLOCK: a planted FIFO must not hold a thread for ever. It changes nothing for files.
    file = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsence(error)) return absent(layout);
    throw error;
  }
  try {
    return { file, ...(await readTrailer(file)) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Removes an object and the directories that it leaves empty; else every finished job would leave some behind. */
export async function removeObject(layout: Layout, target: string): Promise<void> {
  let directory = dirname(target);
  if (!(await isPlainDirectory(directory))) return absent(layout);
  try {
    await unlink(target);
  } catch (error) {
    if (isAbsence(error)) return absent(layout);
    throw error;
  }
  await syncDirectory(directory).catch(ignoreAbsence);
  for (; directory !== layout.objects; directory = dirname(directory)) {
    const removed = await rmdir(directory).then(
      () => true,
      () => false, // not empty, or somebody else was faster
    );
    if (!removed) return;
  }
}

async function absent(layout: Layout): Promise<undefined> {
  await confirmAbsence(layout);
  return undefined;
}

function ignoreAbsence(error: unknown): void {
  if (!isAbsence(error)) throw error;
}
