import type { ClaimedJob } from '@windlass/contracts';
import { type Database, JobEntity } from '@windlass/store';

interface TypeOfJob {
  type: string;
  version: number;
}

/** Jobs claimed through this core lately. A report that came through another core looks its type up instead. */
const MAX_REMEMBERED = 50_000;

/** Which type and version a running job has, without a query in the usual case. */
export class ClaimedTypes {
  private readonly types = new Map<string, TypeOfJob>();

  remember(job: ClaimedJob): void {
    if (this.types.size >= MAX_REMEMBERED) {
      const oldest = this.types.keys().next().value;
      if (oldest !== undefined) this.types.delete(oldest);
    }
    this.types.set(job.jobId, { type: job.type, version: job.version });
  }

  async of(jobId: string, db: Pick<Database, 'sources'>): Promise<TypeOfJob | undefined> {
    const known = this.types.get(jobId);
    if (known) {
      this.types.delete(jobId);
      return known;
    }
    const row = await db.sources.engine
      .getRepository(JobEntity)
      .findOne({ where: { id: jobId }, select: { id: true, type: true, typeVersion: true } });
    return row ? { type: row.type, version: row.typeVersion } : undefined;
  }
}
