import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSegment } from '../check-key.js';
import { confirmAbsence, isAbsence, isPlainDirectory, type Layout, OBJECT_SUFFIX } from './open-layout.js';

/** Directories can hold more entries than fit in memory: they are read in portions of this many. */
const PORTION = 1000;

export interface Listing {
  limit: number;
  after?: string;
  gaveUp: AbortSignal;
}

/** Keys below the directory of `segments` in byte order of the whole key, which is also the order of S3. */
export async function listObjects(layout: Layout, segments: string[], listing: Listing): Promise<string[]> {
  const { limit, after = '', gaveUp } = listing;
  const directory = join(layout.objects, ...segments);
  const keys: string[] = [];
  if (limit <= 0) return keys;
  if (!(await isPlainDirectory(directory))) {
    await confirmAbsence(layout);
    return keys;
  }
  for await (const key of walk(directory, segments.map((segment) => `${segment}/`).join(''), after)) {
    if (keys.push(key) >= limit || gaveUp.aborted) break;
  }
  return keys;
}

/** `prefix` is the key of the directory itself, empty or ending in `/`. Links and foreign files are passed over. */
async function* walk(directory: string, prefix: string, after: string): AsyncGenerator<string, void> {
  for (let cursor = ''; ; ) {
    const portion = await nextEntries(directory, prefix, after, cursor);
    for (const name of portion) {
      if (name.endsWith('/')) yield* walk(join(directory, name), `${prefix}${name}`, after);
      else yield `${prefix}${name}`;
    }
    const last = portion.at(-1);
    if (last === undefined || portion.length < PORTION) return;
    cursor = last;
  }
}

/** The first names after `cursor` whose keys can lie after `after`: objects by their name, directories with a `/`. */
async function nextEntries(directory: string, prefix: string, after: string, cursor: string): Promise<string[]> {
  let names: string[] = [];
  const keepFirst = () => {
    names = names.sort().slice(0, PORTION);
  };
  try {
    for await (const entry of await opendir(directory)) {
      const name = keyName(entry);
      if (name === undefined || name <= cursor || !canFollow(`${prefix}${name}`, after)) continue;
      names.push(name);
      if (names.length >= 2 * PORTION) keepFirst();
    }
  } catch (error) {
    if (!isAbsence(error)) throw error; // deleted while we walked
  }
  keepFirst();
  return names;
}

function canFollow(key: string, after: string): boolean {
  return key > after || (key.endsWith('/') && after.startsWith(key));
}

function keyName(entry: Dirent): string | undefined {
  const directory = entry.isDirectory();
  if (!directory && !(entry.isFile() && entry.name.endsWith(OBJECT_SUFFIX))) return undefined;
  const segment = directory ? entry.name : entry.name.slice(0, -OBJECT_SUFFIX.length);
  if (!isSegment(segment)) return undefined;
  return directory ? `${segment}/` : segment;
}
