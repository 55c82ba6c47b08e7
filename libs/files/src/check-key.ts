import { fault } from '@windlass/faults';

const MAX_KEY_CHARACTERS = 512;
/** File names end at 255 bytes on common file systems; the directory adapter adds a suffix. */
export const MAX_SEGMENT_CHARACTERS = 200;
const SEGMENT = /^[A-Za-z0-9._-]+$/;

/** The segments of a key. Throws `files.key-invalid` for what could leave the root or mean two things to two storages. */
export function segmentsOf(key: string): string[] {
  if (key.length > MAX_KEY_CHARACTERS) throw refused(`it has more than ${MAX_KEY_CHARACTERS} characters`);
  const segments = key.split('/');
  for (const segment of segments) {
    if (!isSegment(segment)) {
      throw refused(`segments are 1 to ${MAX_SEGMENT_CHARACTERS} of A-Z a-z 0-9 . _ - and neither "." nor ".."`);
    }
  }
  return segments;
}

export function isSegment(text: string): boolean {
  return text.length <= MAX_SEGMENT_CHARACTERS && text !== '.' && text !== '..' && SEGMENT.test(text);
}

/** The segments of a prefix: empty, or a key followed by `/`. */
export function prefixSegmentsOf(prefix: string): string[] {
  if (prefix === '') return [];
  if (!prefix.endsWith('/')) throw refused('a prefix ends in "/"');
  return segmentsOf(prefix.slice(0, -1));
}

function refused(reason: string) {
  return fault('files.key-invalid', { detail: `The object key is not allowed: ${reason}.` });
}
