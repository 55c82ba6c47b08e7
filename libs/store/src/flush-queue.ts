import { fault } from '@windlass/faults';
import { isDataError, isRepeatable, isUnknownCommit, storeFault } from './connect/connect-database.js';

export interface FlushOptions<T, R> {
  /** Writes a batch in one transaction and answers one result per item, in order. `repeated`: an earlier try may have committed. */
  flush(items: T[], repeated: boolean): Promise<R[]>;
  /** Items of one flush at most: bounds the transaction. */
  maxItems: number;
  /** Items waiting at most: beyond it `add` refuses, and the caller tells its client to come back. */
  maxWaiting: number;
  /** An item's weight in bytes, where items may be large: a flush holds at most 4 MiB (but at least one item), what waits 64 MiB. */
  sizeOf?: (item: T) => number;
  /** Items that have a key in common never share a flush (the later one waits for the next). */
  keyOf?: (item: T) => string | readonly string[] | undefined;
  /** What callers are told when nothing was written for certain. Without it, and whenever a try may have committed: `store.unavailable`. */
  notWritten?: (cause: unknown) => Error;
}

interface Waiting<T, R> {
  item: T;
  /** Handed in again by a caller that does not know whether its first time was written. */
  repeated: boolean;
  bytes: number;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/** A deadlock or a lost connection is tried again this often before the callers hear of it; they have their own deadlines. */
const TRIES = 3;
/** A dozen payloads of 1 MiB in one statement took seconds: neighbours would wait for them. */
const MAX_FLUSH_BYTES = 4_194_304;
const MAX_WAITING_BYTES = 67_108_864;

/**
 * Batches that form by themselves (decision 7): one flush is under way; what arrives meanwhile is the next batch. No timer, so
 * a lone caller never waits. A data error is bisected until the culprit stands alone, so that no caller suffers for its neighbour.
 */
export class FlushQueue<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private waitingBytes = 0;
  private flushing = false;

  constructor(private readonly options: FlushOptions<T, R>) {}

  get size(): number {
    return this.waiting.length;
  }

  /** `repeated`: an earlier `add` of this item may have been written. The flush hears of it, and nobody is told that it was not. */
  add(item: T, repeated = false): Promise<R> {
    return new Promise((resolve, reject) => {
      const bytes = this.options.sizeOf?.(item) ?? 0;
      if (this.waiting.length >= this.options.maxWaiting || this.waitingBytes + bytes > MAX_WAITING_BYTES) {
        const full = fault('store.unavailable', {
          detail: 'Too much is waiting to be written. Repeat the request after the delay.',
        });
        reject((!repeated && this.options.notWritten?.(full)) || full);
        return;
      }
      this.waitingBytes += bytes;
      this.waiting.push({ item, repeated, bytes, resolve, reject });
      // A microtask, so that all items of one message land in one flush.
      if (!this.flushing) {
        this.flushing = true;
        queueMicrotask(() => void this.run());
      }
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.takeBatch();
      await this.write(batch, 1, false);
    }
    this.flushing = false;
  }

  private takeBatch(): Waiting<T, R>[] {
    const { maxItems, keyOf } = this.options;
    const keys = new Set<string>();
    const batch: Waiting<T, R>[] = [];
    const rest: Waiting<T, R>[] = [];
    let bytes = 0;
    for (const each of this.waiting) {
      const own = [keyOf?.(each.item) ?? []].flat();
      const full = batch.length >= maxItems || (batch.length > 0 && bytes + each.bytes > MAX_FLUSH_BYTES);
      if (full || own.some((key) => keys.has(key))) {
        rest.push(each);
        continue;
      }
      batch.push(each);
      bytes += each.bytes;
      for (const key of own) keys.add(key);
    }
    this.waiting = rest;
    this.waitingBytes -= bytes;
    return batch;
  }

  private async write(batch: Waiting<T, R>[], attempt: number, repeated: boolean): Promise<void> {
    let results: R[];
    try {
      results = await this.options.flush(
        batch.map((each) => each.item),
        repeated || batch.some((each) => each.repeated),
      );
    } catch (error) {
      await this.recover(batch, attempt, repeated, error);
      return;
    }
    for (const [index, each] of batch.entries()) each.resolve(results[index] as R);
  }

  private async recover(batch: Waiting<T, R>[], attempt: number, repeated: boolean, error: unknown): Promise<void> {
    if (isDataError(error) && batch.length > 1) {
      const middle = batch.length >> 1;
      await this.write(batch.slice(0, middle), 1, repeated);
      await this.write(batch.slice(middle), 1, repeated);
      return;
    }
    const unknown = isUnknownCommit(error);
    if ((unknown || isRepeatable(error)) && attempt < TRIES) {
      await this.write(batch, attempt + 1, repeated || unknown);
      return;
    }
    const certain = !repeated && !unknown && !isDataError(error);
    const told = storeFault(error);
    const notWritten = (certain && this.options.notWritten?.(error)) || told;
    for (const each of batch) each.reject(each.repeated ? told : notWritten);
  }
}
