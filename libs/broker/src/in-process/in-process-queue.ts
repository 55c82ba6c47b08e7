import type { Runtime } from '@windlass/clock';
import { MAX_QUEUE_BYTES, MAX_QUEUE_MESSAGES } from '../limits.js';

export interface QueuedMessage {
  /** Its place in the queue, which it keeps when it is given back. */
  order: number;
  body: Uint8Array;
  redelivered: boolean;
  /** On the monotonic clock. */
  expiresMs: number;
}

/** Takes what a queue delivers, while it has room. */
export interface Taker<M> {
  hasRoom(): boolean;
  take(message: M): void;
}

/**
 * Messages in order and those who take them in turn. Delivery happens in a microtask: as fast as can be, yet never inside the
 * sender's own call, as over a wire.
 */
export class InProcessQueue<M extends QueuedMessage> {
  private readonly messages: M[] = [];
  private readonly takers: Taker<M>[] = [];
  private bytes = 0;
  private scheduled = false;

  constructor(private readonly runtime: Runtime) {}

  isFull(moreBytes: number): boolean {
    this.dropExpired();
    return this.messages.length >= MAX_QUEUE_MESSAGES || this.bytes + moreBytes > MAX_QUEUE_BYTES;
  }
  get served(): boolean {
    return this.takers.length > 0;
  }

  put(message: M): void {
    this.messages.push(message);
    this.bytes += message.body.byteLength;
    this.schedule();
  }

  giveBack(message: M): void {
    message.redelivered = true;
    const at = this.messages.findIndex((other) => other.order > message.order);
    this.messages.splice(at < 0 ? this.messages.length : at, 0, message);
    this.bytes += message.body.byteLength;
    this.schedule();
  }

  join(taker: Taker<M>): void {
    this.takers.push(taker);
    this.schedule();
  }
  leave(taker: Taker<M>): void {
    const at = this.takers.indexOf(taker);
    if (at >= 0) this.takers.splice(at, 1);
  }
  clear(): void {
    this.messages.length = 0;
    this.bytes = 0;
    this.takers.length = 0;
  }

  /** To be called when a taker has room again. */
  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      this.deliver();
    });
  }

  private deliver(): void {
    for (;;) {
      this.dropExpired();
      if (this.messages.length === 0) return;
      const at = this.takers.findIndex((taker) => taker.hasRoom());
      if (at < 0) return;
      const [taker] = this.takers.splice(at, 1);
      this.takers.push(taker!);
      taker!.take(this.shift());
    }
  }

  /** Only at the head, as RabbitMQ does: what stands behind is dropped when it gets there. */
  private dropExpired(): void {
    const nowMs = this.runtime.monotonicMs();
    while (this.messages.length > 0 && this.messages[0]!.expiresMs <= nowMs) this.shift();
  }

  private shift(): M {
    const message = this.messages.shift()!;
    this.bytes -= message.body.byteLength;
    return message;
  }
}
