import { MAX_NAME_LENGTH } from '../conversion-bounds.js';

/** Names come from foreign bytes: no control characters, no lone surrogates, a bounded length. */
export function cleanName(raw: string, fallback: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const visible = raw.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').toWellFormed();
  return visible.replace(/\s+/g, ' ').trim().slice(0, MAX_NAME_LENGTH).toWellFormed() || fallback;
}

/** A name that is safe as one path segment on every file system and object store. */
export function cleanFileName(name: string): string {
  const plain = name.normalize('NFKD').replace(/[^A-Za-z0-9._-]+/g, '-');
  return plain.replace(/^[-.]+|[-.]+$/g, '').slice(0, 80) || 'part';
}
