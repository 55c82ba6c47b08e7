import type { FileHandle } from 'node:fs/promises';
import { fault } from '@windlass/faults';

/*
 * An object's SHA-256 stands at the end of its own file and is its ETag. In the file, so that content and hash appear and vanish
 * in one rename (a sidecar can be left from another put); the hash, not inode or time, so that it survives copy and restore, and
 * every read can prove the bytes. At the end, since it is known last, and because most formats ignore what follows.
 */
const INTRODUCTION = '\nwindlass-object-1 ';
const SHA256_CHARACTERS = 64;
export const TRAILER_BYTES = INTRODUCTION.length + SHA256_CHARACTERS + 1;
const TRAILER = new RegExp(`^${INTRODUCTION}([0-9a-f]{${SHA256_CHARACTERS}})\n$`);

export function trailerOf(sha256: string): string {
  return `${INTRODUCTION}${sha256}\n`;
}

/** Size and hash of an object's content. Rejects `files.changed` for a file that is no whole object (cut, or foreign). */
export async function readTrailer(file: FileHandle): Promise<{ size: number; sha256: string }> {
  const facts = await file.stat();
  const size = facts.size - TRAILER_BYTES;
  if (!facts.isFile() || size < 0) throw notWhole();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(TRAILER_BYTES), 0, TRAILER_BYTES, size);
  const sha256 = TRAILER.exec(buffer.toString('latin1', 0, bytesRead))?.[1];
  if (sha256 === undefined) throw notWhole();
  return { size, sha256 };
}

function notWhole() {
  return fault('files.changed', { cause: new Error('the file does not end in an object trailer') });
}
