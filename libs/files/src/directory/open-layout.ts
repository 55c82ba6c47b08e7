import { lstat, mkdir, open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '@windlass/clock';
import { fault } from '@windlass/faults';
import { sweepLeftovers } from './sweep-leftovers.js';

/** Not in the key alphabet, so object `a` and directory `a` (of `a/b`) can stand side by side. The digit is the trailer's version. */
export const OBJECT_SUFFIX = '@1';

/**
 * Where things stand below the root: `objects/<segments…>@1` and `incoming/<id>` for what is being written. Both in one tree,
 * so that a rename between them is atomic.
 */
export interface Layout {
  objects: string;
  incoming: string;
}

/** Makes the root and its two directories on first use, and clears what crashed writers left behind. */
export async function openLayout(root: string, runtime: Runtime): Promise<Layout> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  // The root itself may be a link or below one: that is the operator's choice. Nothing below it may.
  const real = await realpath(root);
  const layout = { objects: join(real, 'objects'), incoming: join(real, 'incoming') };
  await mkdir(layout.objects, { recursive: true, mode: 0o700 });
  await mkdir(layout.incoming, { recursive: true, mode: 0o700 });
  await sweepLeftovers(layout.incoming, runtime);
  return layout;
}

export function pathOf(layout: Layout, segments: string[]): string {
  return `${join(layout.objects, ...segments)}${OBJECT_SUFFIX}`;
}

/** True when `directory` exists and no part of it below the root is a symbolic link. */
export async function isPlainDirectory(directory: string): Promise<boolean> {
  try {
    return (await realpath(directory)) === directory;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/** Makes the directories down to an object, durably. Rejects `files.unavailable` where something else stands in the way. */
export async function makeParents(layout: Layout, parent: string): Promise<void> {
  if (await isPlainDirectory(parent)) return;
  let directory = layout.objects;
  for (const segment of parent.slice(layout.objects.length + 1).split('/')) {
    const above = directory;
    directory = join(above, segment);
    const made = await mkdir(directory, { mode: 0o700 }).then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
        return false;
      },
    );
    // lstat, since a link would lead what is written out of the root.
    if (!(await lstat(directory)).isDirectory()) {
      throw fault('files.unavailable', { cause: new Error(`${directory} is not a directory`) });
    }
    if (made) await syncDirectory(above);
  }
}

/** Makes renames and removals in a directory survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Nothing at the path: fine to report as a missing object, unless the whole storage is gone (a lost mount). */
export async function confirmAbsence(layout: Layout): Promise<void> {
  await stat(layout.objects);
}

export function isAbsence(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
