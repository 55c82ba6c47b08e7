import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Runtime } from '@windlass/clock';
import { fault, isFault } from '@windlass/faults';
import { withinDeadline } from './within-deadline.js';

export interface Delivery {
  runtime: Runtime;
  /** How long the storage may stay silent while the reader waits. A slow reader does not count. */
  idleMs: number;
  size: number;
  sha256?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Hands the storage's stream on and vouches for it: full length, and the hash when it is known. The last chunk is held back
 * until that is sure. Whatever the storage's stream fails with becomes `files.unavailable`.
 */
export function deliverContent(source: Readable, delivery: Delivery): Readable {
  const chunks = verified(source, delivery);
  const abort = () => content.destroy(delivery.signal?.reason);
  const content = new Readable({
    read() {
      chunks.next().then(
        (step) => content.push(step.done ? null : step.value),
        (error) => content.destroy(error),
      );
    },
    // Not by ending the generator, which would wait for the read under way: a reader that leaves frees the source at once.
    destroy(error, done) {
      delivery.signal?.removeEventListener('abort', abort);
      source.destroy();
      done(error);
    },
  });
  delivery.signal?.addEventListener('abort', abort, { once: true });
  // Reported by the iterator; without a listener a failure before the first read would end the process.
  source.on('error', () => undefined);
  return content;
}

async function* verified(source: Readable, delivery: Delivery): AsyncGenerator<Buffer, void> {
  const { runtime, idleMs, signal } = delivery;
  const hash = delivery.sha256 === undefined ? undefined : createHash('sha256');
  const pieces = source.iterator({ destroyOnReturn: true });
  let held: Buffer | undefined;
  let size = 0;
  for (;;) {
    const step = await withinDeadline({ runtime, timeoutMs: idleMs, signal }, () => pieces.next()).catch((error) => {
      throw signal?.aborted || isFault(error) ? error : fault('files.unavailable', { cause: error });
    });
    if (step.done) break;
    if (held) yield held;
    const chunk: Buffer = step.value;
    size += chunk.length;
    hash?.update(chunk);
    held = chunk;
  }
  if (size !== delivery.size) {
    throw fault('files.unavailable', { cause: new Error(`${size} of ${delivery.size} bytes came`) });
  }
  if (hash && hash.digest('hex') !== delivery.sha256) throw fault('files.changed');
  if (held) yield held;
}
