import type { Runtime } from '@windlass/clock';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { ServeOptions } from '../broker.js';
import { DIRECT_REPLY_TO, RPC_QUEUE, rpcQueueName } from '../topology.js';
import { ChannelGate } from './channel-gate.js';
import type { ConsumerPlan } from './consume-queue.js';
import type { Hold } from './hold-messages.js';

export type SendAnswer = (replyTo: string, correlationId: string, answer: Uint8Array) => void;
type Handler = (body: Uint8Array) => Promise<Uint8Array>;

/**
 * Serving as a plan for a consumer. A request is acknowledged after its answer was sent: only then does the prefetch bound
 * what runs at a time. So one whose server died is served again by another, within its time: senders repeat requests anyhow.
 */
export class RequestServer implements ConsumerPlan {
  readonly prefetch: number;
  readonly noAck = false;
  private running = 0;
  private idle: (() => void) | undefined;

  constructor(
    readonly tag: string,
    private readonly service: string,
    private readonly options: ServeOptions,
    private readonly handler: Handler,
    private readonly sendAnswer: SendAnswer,
    private readonly runtime: Runtime,
  ) {
    this.prefetch = options.concurrency;
  }

  async prepare(channel: Channel): Promise<string> {
    const { queue } = await channel.assertQueue(rpcQueueName(this.service), RPC_QUEUE);
    return queue;
  }

  onMessage(message: ConsumeMessage, hold: Hold): void {
    void this.serve(message, hold);
  }

  whenIdle(): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.idle = resolve;
    });
  }

  private async serve(message: ConsumeMessage, hold: Hold): Promise<void> {
    const { replyTo, correlationId, expiration } = message.properties;
    // Counted from the arrival, as clocks of two hosts do not compare. The wait in the queue is the broker's to count: it
    // does not deliver what has expired, and a prefetch equal to the concurrency leaves no wait on this side.
    const deadlineMs = this.runtime.monotonicMs() + Number(expiration);
    this.running += 1;
    try {
      // Answers go to requesters only: a forged reply-to must not reach a queue.
      if (typeof replyTo !== 'string' || !replyTo.startsWith(`${DIRECT_REPLY_TO}.`)) {
        throw new Error('a request without a direct reply-to');
      }
      const answer = await this.handler(message.content);
      if (this.runtime.monotonicMs() < deadlineMs) this.sendAnswer(replyTo, correlationId, answer);
    } catch (error) {
      this.options.onError?.(error);
    } finally {
      hold.settle(message, 'ack');
      this.running -= 1;
      if (this.running === 0) this.idle?.();
    }
  }
}

/** Sends answers on a channel of the publishing connection, as the consuming one must never be blocked. */
export class AnswerSender {
  private readonly gate: ChannelGate;

  constructor(private readonly channel: Channel) {
    this.gate = new ChannelGate(channel);
  }

  /** An answer that cannot be sent is dropped: its requester times out and repeats. */
  send(replyTo: string, correlationId: string, answer: Buffer): void {
    this.gate.pass(answer.byteLength, () => {
      try {
        return this.channel.publish('', replyTo, answer, { correlationId, deliveryMode: 1 });
      } catch {
        return true;
      }
    });
  }
}
