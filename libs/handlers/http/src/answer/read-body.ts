import { type Duplex, pipeline, type Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface ReadBody {
  bytes: Buffer;
  cut: boolean;
}

/** Compressed bytes that may come in for a body of nothing, such as an endless row of empty gzip members. */
const RAW_SLACK_BYTES = 64 * 1024;

const DECODERS = new Map<string, () => Duplex>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * Up to `maxBytes` of a body, decompressed on the way: it stops as soon as it has them, so that a bomb is never unfolded. What has an
 * encoding that is not known here, or several, stays as it came. Rejects as the stream does.
 */
export async function readBody(stream: Readable, contentEncoding: string, maxBytes: number): Promise<ReadBody> {
  const decoder = DECODERS.get(contentEncoding.trim().toLowerCase())?.();
  if (!decoder) return collect(stream, maxBytes);
  let lost: Error | undefined;
  stream.once('error', (error) => {
    lost = error;
  });
  // Whatever ends one of them ends all; the reader below sees it.
  const decoded = pipeline(stream, boundRaw(maxBytes + RAW_SLACK_BYTES), decoder, () => undefined);
  return collect(decoded, maxBytes, (error) => error === lost);
}

function boundRaw(maxBytes: number): Transform {
  let raw = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      raw += chunk.length;
      done(raw > maxBytes ? new Error('More compressed bytes than the body may have.') : null, chunk);
    },
  });
}

/** @param rejects which errors of the stream are not just the end of what can be read */
async function collect(stream: Readable, maxBytes: number, rejects = (_: unknown) => true): Promise<ReadBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  let damaged = false;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) break; // leaving the loop destroys the stream
    }
  } catch (error) {
    if (rejects(error)) throw error;
    damaged = true;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), cut: damaged || size > maxBytes };
}
