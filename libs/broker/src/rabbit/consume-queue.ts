import type { Runtime, Timer } from '@windlass/clock';
import { messageOf } from '@windlass/faults';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Delivery, Subscription } from '../broker.js';
import { DRAIN_MS, MISSING_PACE_MS } from '../limits.js';
import { withinDeadline } from '../within-deadline.js';
import { Hold } from './hold-messages.js';
import { type BrokerLogger, openChannel } from './keep-connection.js';

export interface ConsumerPlan {
  /** For logs, and the consumer tag that an operator sees. */
  tag: string;
  prefetch: number;
  noAck: boolean;
  /** Declares what is the consumer's own, and names the queue to consume. */
  prepare(channel: Channel): Promise<string>;
  onMessage(message: ConsumeMessage, hold: Hold): void;
  onMissing?: (() => void) | undefined;
  /** What cancel waits for, bounded, between the last delivery and handing back. */
  whenIdle?(): Promise<void>;
}

const FIRST_RETRY_MS = 50;

/** A consumer with a channel of its own that comes back after a lost connection, a closed channel and a missing queue. */
export class QueueConsumer implements Subscription {
  private connection: ChannelModel | undefined;
  private hold: Hold | undefined;
  private attaching: Promise<void> = Promise.resolve();
  private retry: Timer | undefined;
  private failures = 0;
  private saidMissingMs = Number.NEGATIVE_INFINITY;
  private cancelled: Promise<void> | undefined;

  constructor(
    private readonly plan: ConsumerPlan,
    private readonly runtime: Runtime,
    private readonly log: BrokerLogger,
    private readonly onCancelled: (consumer: QueueConsumer) => void,
  ) {}

  /** Resolves when the first attempt on this connection has ended, well or not. */
  up(connection: ChannelModel): Promise<void> {
    this.connection = connection;
    this.failures = 0;
    return this.attach();
  }

  /** Something was declared: a consumer that waits to try again need not wait. */
  nudge(): void {
    if (!this.hold) void this.attach();
  }

  down(): void {
    this.connection = undefined;
    this.retry?.cancel();
    if (this.hold) this.hold.alive = false;
    this.hold = undefined;
  }

  cancel(): Promise<void> {
    this.cancelled ??= withinDeadline(this.runtime, 2 * DRAIN_MS, this.detach())
      .catch((error) => this.log('broker.cancel-failed', { tag: this.plan.tag, error: messageOf(error) }))
      .finally(() => {
        this.down();
        this.onCancelled(this);
      });
    return this.cancelled;
  }

  private attach(): Promise<void> {
    const connection = this.connection;
    if (!connection || this.cancelled) return Promise.resolve();
    this.retry?.cancel();
    this.attaching = this.attaching.then(() => this.open(connection)).catch((error) => this.failed(connection, error));
    return this.attaching;
  }

  private async open(connection: ChannelModel): Promise<void> {
    if (connection !== this.connection || this.cancelled || this.hold?.alive) return;
    const channel = await openChannel(connection, () => this.ended(hold, connection));
    const hold = new Hold(channel);
    const { plan } = this;
    try {
      const queue = await plan.prepare(channel);
      await channel.prefetch(plan.prefetch);
      // Before the consumer exists, since its first messages come in the same turn as the server's consent.
      this.hold = hold;
      const onMessage = (message: ConsumeMessage | null) => this.received(message, hold);
      await channel.consume(queue, onMessage, { noAck: plan.noAck, consumerTag: plan.tag });
      if (!hold.alive) throw new Error('the channel ended at once');
      hold.sinceMs = this.runtime.monotonicMs();
    } catch (error) {
      hold.alive = false;
      this.hold = undefined;
      channel.close().catch(() => undefined);
      throw error;
    }
  }

  private received(message: ConsumeMessage | null, hold: Hold): void {
    if (!message) {
      // The server's notice that the queue is gone, or has moved to another node: look again at once.
      this.log('broker.consumer-cancelled', { tag: this.plan.tag });
      hold.channel.close().catch(() => undefined);
      return;
    }
    if (!this.plan.noAck) hold.take(message);
    // What arrives after the cancel goes back unseen.
    if (this.cancelled || !hold.alive) {
      if (!this.plan.noAck) hold.unseen.push(message);
      return;
    }
    try {
      this.plan.onMessage(message, hold);
    } catch (error) {
      this.log('broker.consumer-threw', { tag: this.plan.tag, error: messageOf(error) });
      if (!this.plan.noAck) hold.settle(message, 'dead-letter');
    }
  }

  /** The channel ended. If it never came into use, that is the business of `failed`. */
  private ended(hold: Hold, connection: ChannelModel): void {
    hold.alive = false;
    if (this.hold !== hold || hold.sinceMs === undefined) return;
    this.hold = undefined;
    const livedMs = this.runtime.monotonicMs() - hold.sinceMs;
    if (livedMs >= MISSING_PACE_MS) this.failures = 0;
    if (connection === this.connection) this.attachLater();
  }

  private failed(connection: ChannelModel, error: unknown): void {
    if (connection !== this.connection || this.cancelled) return;
    if ((error as { code?: unknown }).code === 404) this.sayMissing();
    else this.log('broker.consume-failed', { tag: this.plan.tag, error: messageOf(error) });
    this.attachLater();
  }

  private attachLater(): void {
    const delayMs = this.failures === 0 ? 0 : FIRST_RETRY_MS * 2 ** Math.min(this.failures - 1, 10);
    this.failures += 1;
    this.retry?.cancel();
    this.retry = this.runtime.after(Math.min(MISSING_PACE_MS, delayMs), () => void this.attach());
  }

  private sayMissing(): void {
    const nowMs = this.runtime.monotonicMs();
    if (nowMs - this.saidMissingMs < MISSING_PACE_MS) return;
    this.saidMissingMs = nowMs;
    this.log('broker.queue-missing', { tag: this.plan.tag });
    try {
      this.plan.onMissing?.();
    } catch (error) {
      this.log('broker.consumer-threw', { tag: this.plan.tag, error: messageOf(error) });
    }
  }

  private async detach(): Promise<void> {
    this.retry?.cancel();
    await this.attaching;
    const hold = this.hold;
    if (!hold?.alive) return;
    await hold.channel.cancel(this.plan.tag);
    for (const message of hold.unseen) hold.settle(message, 'requeue');
    const idle = this.plan.whenIdle?.();
    if (idle) await withinDeadline(this.runtime, DRAIN_MS, idle).catch(() => undefined);
    if (!hold.alive) return;
    hold.giveBackAll();
    await hold.channel.close();
  }
}

/** A job message in hand. */
export class RabbitDelivery implements Delivery {
  readonly body: Uint8Array;
  readonly redelivered: boolean;
  private settled = false;

  constructor(
    private readonly message: ConsumeMessage,
    private readonly hold: Hold,
  ) {
    this.body = message.content;
    this.redelivered = message.fields.redelivered;
  }

  ack(): void {
    this.settle('ack');
  }
  requeue(): void {
    this.settle('requeue');
  }
  deadLetter(): void {
    this.settle('dead-letter');
  }

  private settle(how: 'ack' | 'requeue' | 'dead-letter'): void {
    if (this.settled) return;
    this.settled = true;
    this.hold.settle(this.message, how);
  }
}
