import { announceWorker, announceWorkerReply, type TypeDeclaration } from '@windlass/contracts';
import { messageOf } from '@windlass/faults';
import { Backoff } from '../backoff.js';
import type { WorkerContext } from '../worker-context.js';

export type AnnounceReply = ReturnType<typeof announceWorkerReply.decode>;

/** Longer than a claim's: core may compile schemas and declare queues. */
const TIMEOUT_MS = 10_000;

/**
 * Tells core what this worker runs, at the start, after each reconnect and when a queue is missing; repeated for ever, since
 * without it there is nothing to do. Calls that come while one is under way are one more afterwards.
 */
export class Announcer {
  private running = false;
  private again = false;
  private failing = false;
  private readonly ended = new AbortController();
  private settleFirst: () => void = () => undefined;
  /** Resolves when core has answered for the first time. */
  readonly first = new Promise<void>((resolve) => {
    this.settleFirst = resolve;
  });

  constructor(
    private readonly context: WorkerContext,
    private readonly types: TypeDeclaration[],
    private readonly onReply: (reply: AnnounceReply) => void,
  ) {}

  announce(): void {
    this.again = true;
    if (!this.running) void this.run();
  }

  stop(): void {
    this.ended.abort();
  }

  private async run(): Promise<void> {
    this.running = true;
    const backoff = new Backoff(this.context.runtime, { firstMs: 100, maxMs: 3_000 });
    while (this.again && !this.ended.signal.aborted) {
      this.again = false;
      if (await this.tryOnce()) continue;
      this.again = true;
      await backoff.wait(this.ended.signal);
    }
    this.running = false;
  }

  private async tryOnce(): Promise<boolean> {
    const { core, logger, worker, incarnation } = this.context;
    try {
      const body = { worker, incarnation, types: this.types };
      const reply = await core.call(announceWorker, announceWorkerReply, body, { timeoutMs: TIMEOUT_MS });
      if (this.ended.signal.aborted) return true;
      for (const { name, version, reason } of reply.refused) {
        logger.error(
          { operation: 'announce', type: name, version, reason },
          `core refused ${name} version ${version}: ${reason}`,
        );
      }
      this.failing = false;
      logger.info({ operation: 'announce', types: this.types.map((type) => type.name) }, 'core knows this worker');
      this.onReply(reply);
      this.settleFirst();
      return true;
    } catch (error) {
      // Once for each outage: with a core that is away for an hour the log says it once.
      const level = this.failing ? 'debug' : 'warn';
      this.failing = true;
      logger[level]({ operation: 'announce', error }, `core does not know this worker yet: ${messageOf(error)}`);
      return false;
    }
  }
}
