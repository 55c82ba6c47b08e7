import type { Subscription } from '@windlass/broker';
import { attemptCancelled, TOPIC } from '@windlass/contracts';
import { messageOf } from '@windlass/faults';
import { type HeldAttempt, type HeldAttempts, keyOf } from '../execute/held-attempts.js';
import type { WorkerContext } from '../worker-context.js';

const LISTEN_AGAIN_MS = 2_000;
/** Those that are not held: most have ended already, and only the latest can still be on their way here. */
const MAX_EARLY = 1_000;

export interface CancellationOptions {
  context: WorkerContext;
  held: HeldAttempts;
  onCancelled(attempt: HeldAttempt): void;
}

/** Core's broadcast of cancelled attempts, so that a child ends within two seconds. One that is lost comes with the next beat. */
export class Cancellations {
  private subscription: Subscription | undefined;
  private readonly early = new Set<string>();
  private readonly ended = new AbortController();

  constructor(private readonly options: CancellationOptions) {}

  /** Not awaited: the worker works, and hears of cancels by its beats, also while the broker is away. */
  start(): void {
    void this.listen();
  }

  async stop(): Promise<void> {
    this.ended.abort();
    await this.subscription?.cancel();
  }

  /** Whether it was named before the answer to its claim came. */
  namedEarly(attempt: HeldAttempt): boolean {
    return this.early.size > 0 && this.early.delete(attempt.key);
  }

  private async listen(): Promise<void> {
    const { broker, runtime, logger } = this.options.context;
    const { signal } = this.ended;
    while (!signal.aborted && !this.subscription) {
      try {
        this.subscription = await broker.listen(TOPIC.attemptCancelled, (body) => this.hear(body));
        if (signal.aborted) await this.subscription.cancel();
      } catch (error) {
        logger.debug({ operation: 'cancel', cause: messageOf(error) }, 'not listening for cancelled attempts yet');
        await runtime.sleep(LISTEN_AGAIN_MS, signal);
      }
    }
  }

  private hear(body: Uint8Array): void {
    const { context, held, onCancelled } = this.options;
    try {
      for (const item of attemptCancelled.decode(body).items) {
        if (item.incarnation !== context.incarnation) continue;
        const attempt = held.get(keyOf(item));
        if (attempt) onCancelled(attempt);
        else this.rememberEarly(keyOf(item));
      }
    } catch (error) {
      context.logger.warn(
        { operation: 'cancel', cause: messageOf(error) },
        'an unreadable message about cancelled attempts: the next beat tells of them',
      );
    }
  }

  private rememberEarly(key: string): void {
    this.early.add(key);
    if (this.early.size <= MAX_EARLY) return;
    const [oldest] = this.early;
    this.early.delete(oldest!);
  }
}
