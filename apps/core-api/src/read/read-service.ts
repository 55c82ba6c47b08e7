import { Injectable } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import type { JobView, ListJobs, ReadLogs, readEvents, readJob } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { isTerminal } from '@windlass/lifecycle';
import {
  ArtifactEntity,
  countLiveSlots,
  type Database,
  explainWaiting,
  listJobsInStore,
  readEventsInStore,
  readGates,
  readHolders,
  readJobInStore,
  readLogsInStore,
  readResultInStore,
  readStandingInStore,
  type StoredResult,
  storeFault,
} from '@windlass/store';
import type { EntityManager } from 'typeorm';
import type { FinishWatch } from './finish-watch.js';
import type { LogWatch } from './log-watch.js';

export interface ReadPorts {
  db: Database;
  finishes: FinishWatch;
  logs: LogWatch;
  /** A worker that has not beaten for this long is not there. */
  leaseMs: number;
}

/**
 * The read stage. A tenant's rows are read as windlass_reader, bound to the tenant: a foreign id is simply not there. What a job waits for
 * belongs to the installation in part, and that part is figures only.
 */
@Injectable()
export class ReadJobs {
  constructor(private readonly ports: ReadPorts) {}

  async job({ tenantId, id, waitMs }: Static<typeof readJob.schema>): Promise<JobView> {
    const read = () => this.as(tenantId, (manager) => readJobInStore(manager, id));
    if (!waitMs) return this.explained(tenantId, found(await read()));
    const watch = this.ports.finishes.watch(id, waitMs);
    try {
      const now = found(await read());
      if (isTerminal(now.state)) return now;
      await watch.ended;
    } finally {
      watch.stop();
    }
    return found(await read());
  }

  list(query: ListJobs) {
    return this.as(query.tenantId, (manager) => listJobsInStore(manager, query));
  }

  async result(tenantId: string, id: string): Promise<StoredResult> {
    return found(await this.as(tenantId, (manager) => readResultInStore(manager, id)));
  }

  async events(query: Static<typeof readEvents.schema>) {
    const read = async () => found(await this.as(query.tenantId, (manager) => readEventsInStore(manager, query)));
    return this.until(query, read, (page) => page.finished || page.items.length > 0);
  }

  async lines(query: ReadLogs) {
    const { tenantId, id } = query;
    // The standing first: what it says to be all is written by then.
    const read = () =>
      this.as(tenantId, async (manager) => {
        const job = found(await readStandingInStore(manager, id));
        return { ...(await readLogsInStore(manager, job, query)), finished: job.finished && !job.stopping };
      });
    return this.until(query, read, (page) => page.finished || page.items.length > 0);
  }

  /** Artifacts of the latest finished run. */
  async artifacts(tenantId: string, id: string) {
    return this.as(tenantId, async (manager) => {
      const job = found(await readJobInStore(manager, id));
      const rows = await manager.find(ArtifactEntity, {
        where: { jobId: id, run: job.run },
        order: { name: 'ASC' },
        take: 10_000,
      });
      return {
        items: rows.map(({ name, key, size, sha256, etag, contentType }) => ({
          name,
          key,
          size: Number(size),
          sha256,
          etag,
          contentType,
        })),
      };
    });
  }

  /** Reads until there is news or the time is over; between two reads something must have happened to the job. */
  private async until<T>(
    { id, waitMs }: { id: string; waitMs?: number | undefined },
    read: () => Promise<T>,
    isNews: (page: T) => boolean,
  ): Promise<T> {
    if (!waitMs) return read();
    const waiting = this.ports.logs.watch(id, waitMs);
    try {
      let page = await read();
      while (!isNews(page) && (await waiting.next())) page = await read();
      return page;
    } finally {
      waiting.stop();
    }
  }

  private async explained(tenantId: string, job: JobView): Promise<JobView> {
    if (isTerminal(job.state) || job.state === 'running') return job;
    const { db, leaseMs } = this.ports;
    const { concurrencyKey: key, concurrencyLimit: limit = 1 } = job;
    const [gates, live, holders] = await Promise.all([
      readGates(db.engine, job.id),
      countLiveSlots(db.engine, leaseMs),
      key === undefined ? undefined : this.as(tenantId, (manager) => readHolders(manager, { tenantId, key, limit })),
    ]).catch((error: unknown) => {
      throw storeFault(error);
    });
    // It runs by now, or has ended: nothing keeps it.
    return gates ? { ...job, waitingFor: explainWaiting(job, gates, live.get(job.type), holders) } : job;
  }

  private async as<T>(tenantId: string, read: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.ports.db.sources.readAs(tenantId, read);
    } catch (error) {
      throw storeFault(error);
    }
  }
}

function found<T>(row: T | undefined): T {
  if (row === undefined)
    throw fault('read.job-unknown', { detail: 'There is no job with this id. Check the id and the token’s tenant.' });
  return row;
}
