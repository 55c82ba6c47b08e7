import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fault } from '@windlass/faults';
import type { PutOptions } from './file-store.js';

export interface MeasuredContent {
  /** The bytes, checked on the way: it throws instead of ending when they are too many or not those of `sha256`. */
  chunks: AsyncGenerator<Buffer, void>;
  /** Makes `chunks` fail soon, also while the source is silent. */
  stop(): void;
  /** Size and hash of everything; only once `chunks` has ended. */
  measured(): { size: number; sha256: string };
}

/** Counts and hashes what goes in, so that no adapter can forget to. An abort of the signal destroys `content`. */
export function measureContent(content: Readable, options: PutOptions): MeasuredContent {
  const hash = createHash('sha256');
  let size = 0;
  let digest: string | undefined;
  const sha256 = () => {
    digest ??= hash.digest('hex');
    return digest;
  };

  async function* check(): AsyncGenerator<Buffer, void> {
    for await (const piece of content) {
      const chunk: Buffer = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
      if (chunk.length === 0) continue;
      size += chunk.length;
      if (size > options.maxBytes) {
        throw fault('files.too-large', {
          detail: `The file has more than the ${options.maxBytes} bytes that are allowed.`,
        });
      }
      hash.update(chunk);
      yield chunk;
    }
    if (options.sha256 !== undefined && options.sha256 !== sha256()) {
      throw fault('files.checksum-mismatch', {
        detail: 'The bytes that arrived do not have the SHA-256 that was announced.',
      });
    }
  }
  // Between now and the first read a failing source must not end the process; the first read reports it.
  content.on('error', () => undefined);
  return {
    chunks: untilAborted(check(), content, options.signal),
    stop: () => void content.destroy(),
    measured: () => ({ size, sha256: sha256() }),
  };
}

async function* untilAborted(chunks: AsyncGenerator<Buffer>, content: Readable, signal: AbortSignal | undefined) {
  const stop = () => content.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    yield* chunks;
    signal?.throwIfAborted();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    content.destroy();
  }
}
