import type { Runtime } from '@windlass/clock';
import type { ConfirmChannel, Message } from 'amqplib';
import { disconnected, unavailable } from '../broker-faults.js';
import { MAX_OUTSTANDING, MAX_OUTSTANDING_BYTES } from '../limits.js';
import { PendingDeadlines } from '../pending-deadlines.js';
import { ChannelGate } from './channel-gate.js';

interface PendingPublish {
  dueMs: number;
  returned: boolean;
  resolve: (outcome: 'routed' | 'unroutable') => void;
  reject: (error: unknown) => void;
}

export interface ConfirmedMessage {
  exchange: string;
  routingKey: string;
  body: Buffer;
  mandatory: boolean;
  persistent: boolean;
  ttlMs?: number;
  timeoutMs: number;
}

/**
 * Publishes on one confirm channel, for as long as that channel lives. A confirm says that the broker has the message, not
 * that a queue took it: that one was returned, which arrives before the confirm and is matched by message id.
 */
export class ConfirmedPublisher {
  private readonly pending: PendingDeadlines<PendingPublish>;
  private readonly gate: ChannelGate;
  /** Also those whose caller has given up: they hold memory until the broker answers or the channel ends. */
  private unconfirmed = 0;
  private unconfirmedBytes = 0;
  private sequence = 0;
  private ended = false;
  private idle: (() => void) | undefined;

  constructor(
    private readonly channel: ConfirmChannel,
    private readonly runtime: Runtime,
  ) {
    this.gate = new ChannelGate(channel);
    this.pending = new PendingDeadlines(runtime, (publish) =>
      publish.reject(unavailable('The message broker did not confirm in time.')),
    );
    channel.on('return', (message: Message) => {
      const publish = this.pending.get(message.properties.messageId);
      if (publish) publish.returned = true;
    });
  }

  publish(message: ConfirmedMessage): Promise<'routed' | 'unroutable'> {
    const bytes = message.body.byteLength;
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(disconnected());
      if (this.unconfirmed >= MAX_OUTSTANDING || this.unconfirmedBytes + bytes > MAX_OUTSTANDING_BYTES) {
        return reject(unavailable('Too many messages wait for their confirmation.'));
      }
      const id = (++this.sequence).toString(36);
      const dueMs = this.runtime.monotonicMs() + message.timeoutMs;
      this.pending.add(id, { dueMs, returned: false, resolve, reject });
      this.unconfirmed += 1;
      this.unconfirmedBytes += bytes;
      if (!this.gate.pass(bytes, () => this.write(id, message))) {
        this.settle(id, bytes, unavailable('Too many messages wait to be sent.'));
      }
    });
  }

  /** Resolves once nothing waits for its confirm. */
  whenIdle(): Promise<void> {
    if (this.unconfirmed === 0 || this.ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.idle = resolve;
    });
  }

  /** The channel is gone: whatever was under way may or may not be there. */
  end(): void {
    this.ended = true;
    for (const publish of this.pending.takeAll()) {
      publish.reject(unavailable('The connection to the message broker was lost.'));
    }
    this.idle?.();
  }

  private write(id: string, message: ConfirmedMessage): boolean {
    const bytes = message.body.byteLength;
    if (this.ended) return true;
    if (!this.pending.has(id)) {
      // Timed out while it stood in line: its caller was told so, sending it now would only make a duplicate.
      this.settle(id, bytes);
      return true;
    }
    try {
      return this.channel.publish(
        message.exchange,
        message.routingKey,
        message.body,
        {
          messageId: id,
          mandatory: message.mandatory,
          deliveryMode: message.persistent ? 2 : 1,
          ...(message.ttlMs === undefined ? {} : { expiration: expirationOf(message.ttlMs) }),
        },
        (error: unknown) =>
          this.settle(id, bytes, error ? unavailable('The message broker refused the message.', error) : undefined),
      );
    } catch (error) {
      this.settle(id, bytes, unavailable('The message could not be sent.', error));
      return true;
    }
  }

  private settle(id: string, bytes: number, error?: unknown): void {
    this.unconfirmed -= 1;
    this.unconfirmedBytes -= bytes;
    if (this.unconfirmed === 0) this.idle?.();
    const publish = this.pending.take(id);
    if (!publish) return;
    if (error) publish.reject(error);
    else publish.resolve(publish.returned ? 'unroutable' : 'routed');
  }
}

/** AMQP wants whole milliseconds as text; 0 would mean "now or never". */
export function expirationOf(ttlMs: number): string {
  return String(Math.max(1, Math.ceil(ttlMs)));
}
