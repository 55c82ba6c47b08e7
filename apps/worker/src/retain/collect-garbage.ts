import type { Timer } from '@windlass/clock';
import { garbageCollected, garbageCollectedReply, takeGarbage, takeGarbageReply } from '@windlass/contracts';
import { messageOf } from '@windlass/faults';
import type { WorkerContext } from '../worker-context.js';

/** A fleet that started together must not ask together. */
const JITTER = 0.2;
/** Prefixes at a time. Core lends them for minutes, so a load must be done well within these. */
const LIMIT = 20;
/** Full loads in a row, before other work of the storage gets a pause: a partition that was dropped leaves thousands. */
const MAX_LOADS = 50;
const PAGE = 500;
/** Of one prefix in one go: 100,000 objects. What is left comes again. */
const MAX_PAGES = 200;
/** Deletions under way at a time. */
const PARALLEL = 8;
const TIMEOUT_MS = 5_000;
/** Nothing above one job's folder is ever garbage: a shorter prefix would be another's files. */
const PREFIX = /^tenants\/[^/]+\/jobs\/[^/]+\/(?:[^/]+\/)*$/;

export interface CollectorOptions {
  context: WorkerContext;
  everyMs: number;
}

/** Deletes what core says nobody needs: objects of attempts that did not succeed, and of jobs that are gone. */
export class GarbageCollector {
  private timer: Timer | undefined;
  private collecting: Promise<void> | undefined;
  private failing = false;
  private readonly ended = new AbortController();

  constructor(private readonly options: CollectorOptions) {}

  start(): void {
    const { context, everyMs } = this.options;
    if (this.ended.signal.aborted) return;
    const waitMs = everyMs * (1 - JITTER + 2 * JITTER * context.runtime.random());
    this.timer = context.runtime.after(waitMs, () => {
      this.collecting = this.collect().finally(() => this.start());
    });
  }

  /** Ends between two deletions; what is not confirmed comes again. */
  async stop(): Promise<void> {
    this.ended.abort();
    this.timer?.cancel();
    await this.collecting;
  }

  private async collect(): Promise<void> {
    const { logger } = this.options.context;
    try {
      for (let loads = 0; loads < MAX_LOADS && !this.ended.signal.aborted; loads += 1) {
        if (!(await this.collectOnce())) break;
      }
      this.failing = false;
    } catch (error) {
      // Once for each outage: a core or a storage that is away is told of elsewhere.
      const level = this.failing ? 'debug' : 'warn';
      this.failing = true;
      logger[level]({ operation: 'retain', error }, `garbage is left for later: ${messageOf(error)}`);
    }
  }

  /** Whether there may be more. */
  private async collectOnce(): Promise<boolean> {
    const { core } = this.options.context;
    const { items } = await core.call(takeGarbage, takeGarbageReply, { limit: LIMIT }, { timeoutMs: TIMEOUT_MS });
    const ids: string[] = [];
    try {
      for (const { id, prefix } of items) if (await this.deleteBelow(prefix)) ids.push(id);
    } finally {
      if (ids.length > 0) await core.call(garbageCollected, garbageCollectedReply, { ids }, { timeoutMs: TIMEOUT_MS });
    }
    return items.length === LIMIT && ids.length === LIMIT;
  }

  /** Whether nothing is left. */
  private async deleteBelow(prefix: string): Promise<boolean> {
    const { files, logger } = this.options.context;
    if (!PREFIX.test(prefix) || prefix.includes('..')) {
      logger.error({ operation: 'retain', prefix }, 'refused to delete below a prefix that is not of one job');
      return false;
    }
    let after: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const keys = await files.list(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (let at = 0; at < keys.length; at += PARALLEL) {
        if (this.ended.signal.aborted) return false;
        await Promise.all(keys.slice(at, at + PARALLEL).map((key) => files.delete(key)));
      }
      if (keys.length < PAGE) return true;
      after = keys.at(-1);
    }
    return false;
  }
}
