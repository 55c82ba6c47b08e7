import { Inject, Injectable } from '@nestjs/common';
import type { Broker } from '@windlass/broker';
import type { Runtime } from '@windlass/clock';
import { type SubmitItem, type SubmitOutcome, submitJobs, submitJobsReply } from '@windlass/contracts';
import { fault, isFault } from '@windlass/faults';
import type { RpcClient } from '@windlass/service-kit';
import { BROKER, RUNTIME, SUBMIT_CORE } from '../gateway-ports.js';
import { DelayBound } from './bound-delay.js';

/** Bounds of a pack and of what may be on its way. */
export interface PackLimits {
  /** From the call to the answer, so the wait in the queue counts. */
  timeoutMs: number;
  /** Longer than this no submission should wait for its answer: beyond it later ones are refused on arrival. */
  maxDelayMs: number;
  maxItems: number;
  maxBytes: number;
  maxInFlight: number;
  maxWaiting: number;
  maxWaitingBytes: number;
}

/** Injection token. */
export const PACK_LIMITS = Symbol('PackLimits');

/**
 * 100 items is more than one event-loop turn brings; eight packs keep core busy over a round trip; 5,000 is half a second's work,
 * and 64 MiB bounds what they hold if they are large.
 */
export const DEFAULT_PACK_LIMITS: Omit<PackLimits, 'timeoutMs' | 'maxDelayMs'> = {
  maxItems: 100,
  maxBytes: 1_048_576,
  maxInFlight: 8,
  maxWaiting: 5_000,
  maxWaitingBytes: 64 * 1_048_576,
};

interface Waiting {
  item: SubmitItem;
  bytes: number;
  sinceMs: number;
  resolve(outcome: SubmitOutcome): void;
  reject(error: unknown): void;
}

/** Around each item: ids, key, fingerprint, field names. */
const ITEM_OVERHEAD_BYTES = 400;
/** With less time left an answer is not to be expected: better a clear refusal than an unknown outcome. */
const MIN_CALL_MS = 200;

/**
 * Sends the submissions of one event-loop turn to core in one message, each answered on its own. While `maxInFlight` packs are
 * out, later submissions gather; a submission that waits too long or finds the queue full is refused before it was sent.
 */
@Injectable()
export class SubmissionPacker {
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private inFlight = 0;
  private sentItems = 0;
  private flushing = false;
  private readonly bound: DelayBound;

  constructor(
    @Inject(SUBMIT_CORE) private readonly core: RpcClient,
    @Inject(BROKER) private readonly broker: Broker,
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(PACK_LIMITS) private readonly limits: PackLimits,
  ) {
    this.bound = new DelayBound(limits.maxWaiting, limits.maxDelayMs);
  }

  /** Rejects `submit.not-accepted` when it was certainly not sent; after any other rejection the job may exist. */
  submit(item: SubmitItem): Promise<SubmitOutcome> {
    if (this.broker.state === 'down') throw notAccepted('The message broker is away.');
    const { maxWaiting, maxWaitingBytes } = this.limits;
    if (this.waiting.length >= maxWaiting || this.waitingBytes >= maxWaitingBytes)
      throw notAccepted('Too many submissions are waiting.');
    const nowMs = this.runtime.monotonicMs();
    if (!this.bound.admits(this.waiting.length + this.sentItems, nowMs))
      throw notAccepted('More is being submitted than core can take in time.');
    return new Promise((resolve, reject) => {
      // Quotes and backslashes double when JSON travels as a string in JSON.
      const bytes = ITEM_OVERHEAD_BYTES + Math.ceil(item.payload.length * 1.3);
      this.waitingBytes += bytes;
      this.waiting.push({ item, bytes, sinceMs: nowMs, resolve, reject });
      if (this.flushing) return;
      this.flushing = true;
      // After the poll phase: everything that this turn's sockets brought is in by then.
      setImmediate(() => this.flush());
    });
  }

  private flush(): void {
    this.flushing = false;
    while (this.waiting.length > 0 && this.inFlight < this.limits.maxInFlight) {
      const pack = this.takePack();
      if (pack.length > 0) void this.send(pack);
    }
  }

  /** Oldest first. Refuses on the way what has waited so long that no answer could come in time. */
  private takePack(): Waiting[] {
    const pack: Waiting[] = [];
    const nowMs = this.runtime.monotonicMs();
    let bytes = 0;
    let taken = 0;
    for (const entry of this.waiting) {
      if (nowMs - entry.sinceMs > this.limits.timeoutMs - MIN_CALL_MS) {
        entry.reject(notAccepted('Core did not keep up.'));
      } else {
        const full = pack.length >= this.limits.maxItems || bytes + entry.bytes > this.limits.maxBytes;
        if (full && pack.length > 0) break;
        bytes += entry.bytes;
        pack.push(entry);
      }
      this.waitingBytes -= entry.bytes;
      taken += 1;
    }
    this.waiting = taken === this.waiting.length ? [] : this.waiting.slice(taken);
    return pack;
  }

  private async send(pack: Waiting[]): Promise<void> {
    this.inFlight += 1;
    this.sentItems += pack.length;
    const sinceMs = pack[0]?.sinceMs ?? 0;
    try {
      const items = pack.map((entry) => entry.item);
      const waitedMs = this.runtime.monotonicMs() - sinceMs;
      const timeoutMs = Math.max(MIN_CALL_MS, Math.floor(this.limits.timeoutMs - waitedMs));
      const reply = await this.core.call(submitJobs, submitJobsReply, { items }, { timeoutMs });
      pack.forEach((entry, index) => {
        const outcome = reply.items[index];
        if (outcome) entry.resolve(outcome);
        else
          entry.reject(fault('internal.bug', { cause: `${reply.items.length} answers to ${pack.length} submissions` }));
      });
    } catch (error) {
      const unsent = isFault(error) && error.code === 'broker.circuit-open';
      const reason = unsent ? notAccepted('Core has not answered for a while.', error.retryAfterMs) : error;
      for (const entry of pack) entry.reject(reason);
    } finally {
      this.inFlight -= 1;
      this.sentItems -= pack.length;
      const underWay = this.waiting.length + this.sentItems;
      this.bound.answered(pack.length, underWay, sinceMs, this.runtime.monotonicMs());
      this.flush();
    }
  }
}

function notAccepted(why: string, retryAfterMs = 1_000) {
  return fault('submit.not-accepted', { detail: `${why} The job was not accepted; try again.`, retryAfterMs });
}
