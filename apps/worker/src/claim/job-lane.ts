import type { Delivery } from '@windlass/broker';
import type { Timer } from '@windlass/clock';
import { dispatchJobs } from '@windlass/contracts';
import { messageOf } from '@windlass/faults';
import type { WorkerType } from '../announce/choose-job-types.js';
import type { WorkerContext } from '../worker-context.js';
import { JobConsumer } from './consume-jobs.js';
import { WaitingMessages } from './waiting-messages.js';

/** The most that one claim may name. */
const MAX_IDS = 200;
/** Rather than ask for a few ids at a time, a tiny type waits this long for half of its slots to be free. */
const PATIENCE_MS = 50;

export interface LaneOptions {
  context: WorkerContext;
  type: WorkerType;
  /** How many more attempts the worker as a whole can hold. */
  room(): number;
  /** Claims these ids and starts what was granted. Settles once core has answered; never rejects. */
  take(lane: JobLane, ids: string[], onStale: () => void): Promise<void>;
  onMissing(): void;
}

/**
 * One job type on its way in: messages wait here for free slots, all that wait is asked for in one claim, and one claim is under
 * way at a time. What arrives meanwhile is the next claim.
 */
export class JobLane {
  readonly name: string;
  readonly slots: number;
  readonly weight: 'tiny' | 'heavy';
  /** Those that core did not refuse. */
  versions: number[] = [];
  /** Attempts that occupy a slot: from the claim's answer to the outcome. */
  private busyCount = 0;
  private readonly waiting = new WaitingMessages();
  private readonly consumer: JobConsumer;
  private claiming: Promise<void> | undefined;
  private pumpDue = false;
  private patience: Timer | undefined;

  constructor(private readonly options: LaneOptions) {
    const { type, context } = options;
    this.name = type.name;
    this.slots = type.slots;
    this.weight = type.weight;
    this.consumer = new JobConsumer({
      type: this.name,
      weight: this.weight,
      broker: context.broker,
      runtime: context.runtime,
      logger: context.logger,
      onMessage: (delivery) => this.receive(delivery),
      onReturned: () => this.waiting.clear(),
      onMissing: options.onMissing,
    });
  }

  get busy(): number {
    return this.busyCount;
  }

  /** Consumes from now on, or no more if core refused all versions. */
  open(versions: number[]): void {
    this.versions = versions;
    void this.consumer.setWanted(versions.length > 0);
  }

  /** No more messages; resolves when those in hand are back and core has answered the claim under way. */
  async close(): Promise<void> {
    this.patience?.cancel();
    await this.consumer.setWanted(false);
    await this.claiming;
  }

  /**
   * The broker is away: what waited is its own again and comes back, or would stand here twice. Handed back all the same, since a broker that only
   * takes no messages for want of disk or memory, or has lost the other connection, still counts them as ours and brings no more.
   */
  brokerAway(): void {
    this.waiting.giveBack();
  }

  occupy(count: number): void {
    this.busyCount += count;
  }

  /** Called for every outcome: looks at what can be claimed once per turn, not once per job. */
  vacate(): void {
    this.busyCount -= 1;
    this.pumpSoon();
  }

  /** The worker as a whole may have room again. */
  roomChanged(): void {
    if (this.versions.length > 0) this.pumpSoon();
  }

  private receive(delivery: Delivery): void {
    try {
      const { type, ids } = dispatchJobs.decode(delivery.body);
      if (type !== this.name) throw new Error(`it names jobs of ${type}`);
      this.waiting.add(delivery, ids);
      this.pumpSoon();
    } catch (error) {
      const { logger } = this.options.context;
      logger.error({ operation: 'claim', type: this.name, error }, `a job message cannot be read: ${messageOf(error)}`);
      delivery.deadLetter();
    }
  }

  private pumpSoon(): void {
    if (this.pumpDue) return;
    this.pumpDue = true;
    queueMicrotask(() => {
      this.pumpDue = false;
      this.pump(false);
    });
  }

  private pump(impatient: boolean): void {
    if (this.claiming) return;
    const free = Math.min(this.slots - this.busyCount, this.options.room());
    this.consumer.setFull(free <= 0);
    const waiting = this.waiting.count;
    if (waiting === 0 || free <= 0) return;
    const worthwhile = this.weight === 'heavy' ? 1 : Math.min(waiting, Math.ceil(this.slots / 2), MAX_IDS);
    if (free >= worthwhile || impatient || this.busyCount === 0) this.claiming = this.claim(Math.min(free, MAX_IDS));
    else this.waitForMore();
  }

  private waitForMore(): void {
    this.patience ??= this.options.context.runtime.after(PATIENCE_MS, () => {
      this.patience = undefined;
      this.pump(true);
    });
  }

  private async claim(limit: number): Promise<void> {
    this.patience?.cancel();
    this.patience = undefined;
    const { ids, usedUp } = this.waiting.take(limit);
    const giveBack = () => {
      for (const delivery of usedUp) delivery.requeue();
    };
    await this.options.take(this, ids, giveBack);
    // Only now: had the worker died before core's answer, the broker would have given the message to another (checklist 6).
    for (const delivery of usedUp) delivery.ack();
    this.claiming = undefined;
    this.pump(false);
  }
}
