import type { ClaimedJob } from '@windlass/contracts';
import { type Database, JobEntity, storeFault } from '@windlass/store';

export interface TypeOfJob {
  type: string;
  version: number;
  tenantId: string;
}

/**
 * Jobs claimed through this core lately. A report that came through another core looks its type up instead, and leaves the job here: with
 * several cores this list is always full, so it is short.
 */
const MAX_REMEMBERED = 5_000;

/** Which type and version a running job has, without a query in the usual case. */
export class ClaimedTypes {
  private readonly types = new Map<string, TypeOfJob>();

  remember(job: ClaimedJob): void {
    if (this.types.size >= MAX_REMEMBERED) {
      const oldest = this.types.keys().next().value;
      if (oldest !== undefined) this.types.delete(oldest);
    }
    this.types.set(job.jobId, { type: job.type, version: job.version, tenantId: job.tenantId });
  }

  /** Its report is answered: forgets the job and answers its type, if it was known. */
  forget(jobId: string): string | undefined {
    const known = this.types.get(jobId);
    this.types.delete(jobId);
    return known?.type;
  }

  /** Throws `store.unavailable`: anything else would tell the worker that its result cannot be stored. */
  async of(jobId: string, db: Pick<Database, 'sources'>): Promise<TypeOfJob | undefined> {
    const known = this.types.get(jobId);
    if (known) return known;
    const row = await db.sources.engine
      .getRepository(JobEntity)
      .findOne({ where: { id: jobId }, select: { id: true, type: true, typeVersion: true, tenantId: true } })
      .catch((error: unknown) => {
        throw storeFault(error);
      });
    return row ? { type: row.type, version: row.typeVersion, tenantId: row.tenantId } : undefined;
  }
}
