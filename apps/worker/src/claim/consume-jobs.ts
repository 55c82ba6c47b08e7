import type { Broker, Delivery, Subscription } from '@windlass/broker';
import type { Runtime, Timer } from '@windlass/clock';
import { messageOf } from '@windlass/faults';
import type { Logger } from '@windlass/service-kit';

/**
 * How long a type may be full before its messages go back. A tiny type is free again within milliseconds, so it keeps its
 * consumer; a heavy one gives its message to another worker at once. Both well within the second of decision 5.
 */
const FULL_MS = { tiny: 500, heavy: 100 };
/** Messages in hand. Tiny ones: the next claim is filled while one is under way. */
const PREFETCH = { tiny: 4, heavy: 1 };
const RETRY_MS = 1_000;

export interface JobConsumerOptions {
  type: string;
  weight: 'tiny' | 'heavy';
  broker: Broker;
  runtime: Runtime;
  logger: Logger;
  onMessage(delivery: Delivery): void;
  /** Every message in hand goes back to the queue now. */
  onReturned(): void;
  onMissing(): void;
}

/** The consumer of one type's queue, there only while the type is wanted and not full. */
export class JobConsumer {
  private wanted = false;
  private full = false;
  private fullTimer: Timer | undefined;
  private subscription: Subscription | undefined;
  private moving = false;
  private moved: Promise<void> = Promise.resolve();

  constructor(private readonly options: JobConsumerOptions) {}

  /** Resolves once it is so. */
  setWanted(wanted: boolean): Promise<void> {
    this.wanted = wanted;
    if (!wanted) {
      this.fullTimer?.cancel();
      // Wanted again, it must be able to become full again.
      this.fullTimer = undefined;
    }
    return this.reconcile();
  }

  setFull(full: boolean): void {
    if (!full) {
      this.fullTimer?.cancel();
      this.fullTimer = undefined;
      if (!this.full) return;
      this.full = false;
      void this.reconcile();
    } else if (this.wanted && !this.full && !this.fullTimer) {
      this.fullTimer = this.options.runtime.after(FULL_MS[this.options.weight], () => {
        this.fullTimer = undefined;
        this.full = true;
        void this.reconcile();
      });
    }
  }

  private get desired(): boolean {
    return this.wanted && !this.full;
  }

  private reconcile(): Promise<void> {
    if (!this.moving) {
      this.moving = true;
      this.moved = this.move();
    }
    return this.moved;
  }

  private async move(): Promise<void> {
    const { runtime, logger, type } = this.options;
    while (this.desired !== (this.subscription !== undefined)) {
      try {
        await (this.desired ? this.open() : this.close());
      } catch (error) {
        logger.warn({ operation: 'claim', type, error }, `cannot consume ${type} now: ${messageOf(error)}`);
        await runtime.sleep(RETRY_MS);
      }
    }
    // In the same turn as the last look: a call in between would be answered by a promise that looks no more.
    this.moving = false;
  }

  private async open(): Promise<void> {
    const { broker, type, weight, onMissing } = this.options;
    const options = { prefetch: PREFETCH[weight], onMissing };
    this.subscription = await broker.consume(type, options, (delivery) => this.receive(delivery));
  }

  private async close(): Promise<void> {
    const subscription = this.subscription;
    this.subscription = undefined;
    this.options.onReturned();
    await subscription?.cancel();
  }

  /** What comes while the consumer is being cancelled goes back with the cancel. */
  private receive(delivery: Delivery): void {
    if (this.desired) this.options.onMessage(delivery);
  }
}
