import type { Channel, ConsumeMessage } from 'amqplib';

/**
 * The messages that one life of a consumer has in hand, on its channel. Settling one after the channel's end does nothing:
 * the broker has it back.
 *
 * Acknowledgements of one turn of the event loop travel as few frames, as each costs the server almost as much as a message.
 * They wait for nothing: amqplib itself writes at the end of the turn.
 */
export class Hold {
  alive = true;
  /** Since when the server delivers to it. */
  sinceMs: number | undefined;
  /** What arrived after the cancel, to go back. */
  readonly unseen: ConsumeMessage[] = [];
  /** By delivery tag, in order of delivery. */
  private readonly inHand = new Map<number, ConsumeMessage>();
  private readonly acknowledged = new Set<number>();

  constructor(readonly channel: Channel) {}

  take(message: ConsumeMessage): void {
    this.inHand.set(message.fields.deliveryTag, message);
  }

  settle(message: ConsumeMessage, how: 'ack' | 'requeue' | 'dead-letter'): void {
    const tag = message.fields.deliveryTag;
    if (!this.alive || !this.inHand.has(tag)) return;
    if (how === 'ack') {
      if (this.acknowledged.size === 0) process.nextTick(() => this.flush());
      this.acknowledged.add(tag);
      return;
    }
    this.inHand.delete(tag);
    this.send(() => this.channel.nack(message, false, how === 'requeue'));
  }

  /** Ends it; what is not acknowledged goes back to the queue. */
  giveBackAll(): void {
    this.flush();
    if (this.inHand.size > 0) this.send(() => this.channel.nackAll(true));
    this.alive = false;
  }

  /** One frame for all up to the first message that is still in hand, one each for those behind it. */
  private flush(): void {
    let last: ConsumeMessage | undefined;
    for (const [tag, message] of this.inHand) {
      if (!this.acknowledged.delete(tag)) break;
      this.inHand.delete(tag);
      last = message;
    }
    if (last) this.send(() => this.channel.ack(last, true));
    for (const tag of this.acknowledged) {
      const message = this.inHand.get(tag);
      this.inHand.delete(tag);
      if (message) this.send(() => this.channel.ack(message));
    }
    this.acknowledged.clear();
  }

  private send(frame: () => void): void {
    if (!this.alive) return;
    try {
      frame();
    } catch {
      // The channel ended in this very turn; the broker has the message back.
      this.alive = false;
    }
  }
}
