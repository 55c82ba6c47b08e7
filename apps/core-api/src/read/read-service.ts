import { Injectable } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import type { JobView, ListJobs, readJob } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { isTerminal } from '@windlass/lifecycle';
import {
  ArtifactEntity,
  type Database,
  listJobsInStore,
  readEventsInStore,
  readJobInStore,
  readResultInStore,
  storeFault,
} from '@windlass/store';
import type { EntityManager } from 'typeorm';
import type { FinishWatch } from './finish-watch.js';

/** The read stage. Everything here runs as windlass_reader, bound to the tenant: a foreign id is simply not there. */
@Injectable()
export class ReadJobs {
  constructor(
    private readonly db: Database,
    private readonly watch: FinishWatch,
  ) {}

  async job({ tenantId, id, waitMs }: Static<typeof readJob.schema>): Promise<JobView> {
    const read = () => this.as(tenantId, (manager) => readJobInStore(manager, id));
    if (!waitMs) return found(await read());
    const watch = this.watch.watch(id, waitMs);
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

  async result(tenantId: string, id: string) {
    return found(await this.as(tenantId, (manager) => readResultInStore(manager, id)));
  }

  async events(tenantId: string, id: string) {
    return this.as(tenantId, async (manager) => {
      found(await readJobInStore(manager, id));
      return { items: await readEventsInStore(manager, id) };
    });
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

  private async as<T>(tenantId: string, read: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.db.sources.readAs(tenantId, read);
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
