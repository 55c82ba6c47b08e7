import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { isFault } from '@windlass/faults';
import { expect } from 'vitest';

export async function expectFault(call: Promise<unknown>, code: string): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isFault(error) ? error.code : error).toBe(code);
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes without a short period, so that swapped or repeated parts show. */
export function patterned(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  return bytes;
}

/** A stream of unknown length in pieces of 64 KiB. */
export function streamOf(bytes: Buffer): Readable {
  return Readable.from(piecesOf(bytes), { objectMode: false });
}

export function failingAfter(size: number, error: Error | undefined): Readable {
  const pieces = piecesOf(patterned(size));
  return new Readable({
    read() {
      const piece = pieces.next();
      if (piece.done) this.destroy(error);
      else this.push(piece.value);
    },
  });
}

function* piecesOf(bytes: Buffer): Generator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += 65536) yield bytes.subarray(at, at + 65536);
}
