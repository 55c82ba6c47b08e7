import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Edit } from '../mutant.js';

/** The mutant no longer fits the source: a defect of the list. */
export class StaleMutant extends Error {
  override readonly name = 'StaleMutant';
}

/**
 * Makes a mutant's edits, all or none, and answers the way back.
 * @throws StaleMutant unless each text to find occurs exactly once
 */
export function patchFiles(root: string, edits: readonly Edit[]): () => void {
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const path = join(root, file);
    if (!before.has(path)) before.set(path, readFileSync(path, 'utf8'));
    const text = after.get(path) ?? before.get(path) ?? '';
    after.set(path, replaceOnce(text, find, replace, file));
  }
  for (const [path, text] of after) writeFileSync(path, text);
  return () => {
    for (const [path, text] of before) writeFileSync(path, text);
  };
}

/** By parts, since a replacement may hold `$&`. */
function replaceOnce(text: string, find: string, replace: string, file: string): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new StaleMutant(`${file}: the text to replace occurs ${parts.length - 1} times, not once: ${find}`);
  }
  return parts.join(replace);
}
