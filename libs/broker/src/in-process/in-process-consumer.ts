import type { Timer } from '@windlass/clock';
import { messageOf } from '@windlass/faults';
import type { ConsumeOptions, Delivery } from '../broker.js';
import { MISSING_PACE_MS } from '../limits.js';
import type { Attachable, HubCore } from './hub-core.js';
import type { InProcessQueue, QueuedMessage, Taker } from './in-process-queue.js';

export class InProcessConsumer implements Attachable, Taker<QueuedMessage> {
  private queue: InProcessQueue<QueuedMessage> | undefined;
  /** With a mark per delivery: given back, the same message may be in hand again as another delivery. */
  private readonly inHand = new Map<QueuedMessage, symbol>();
  private missing: Timer | undefined;
  private ended = false;

  constructor(
    private readonly hub: HubCore,
    readonly queueName: string,
    private readonly options: ConsumeOptions,
    private readonly onMessage: (delivery: Delivery) => void,
    private readonly onCancelled: (consumer: Attachable) => void,
  ) {}

  attach(): void {
    if (this.ended || this.queue) return;
    this.missing?.cancel();
    this.queue = this.hub.jobs.get(this.queueName);
    if (this.queue) {
      this.queue.join(this);
      return;
    }
    this.missing = this.hub.runtime.after(MISSING_PACE_MS, () => this.attach()).unref();
    this.guarded(() => this.options.onMissing?.());
  }

  detach(): void {
    this.missing?.cancel();
    const queue = this.queue;
    this.queue = undefined;
    queue?.leave(this);
    const held = [...this.inHand.keys()];
    this.inHand.clear();
    for (const message of held) queue?.giveBack(message);
  }

  async cancel(): Promise<void> {
    this.ended = true;
    this.detach();
    this.onCancelled(this);
  }

  hasRoom(): boolean {
    return this.inHand.size < this.options.prefetch;
  }

  take(message: QueuedMessage): void {
    const mark = Symbol('delivery');
    this.inHand.set(message, mark);
    const settle = (then?: () => void) => {
      if (this.inHand.get(message) !== mark) return;
      this.inHand.delete(message);
      then?.();
      this.queue?.schedule();
    };
    const deadLetter = () => settle(() => this.hub.bury(message.body));
    const delivery: Delivery = {
      body: message.body,
      redelivered: message.redelivered,
      ack: () => settle(),
      requeue: () => settle(() => this.queue?.giveBack(message)),
      deadLetter,
    };
    if (!this.guarded(() => this.onMessage(delivery))) deadLetter();
  }

  private guarded(call: () => void): boolean {
    try {
      call();
      return true;
    } catch (error) {
      this.hub.log('broker.consumer-threw', { queue: this.queueName, error: messageOf(error) });
      return false;
    }
  }
}
