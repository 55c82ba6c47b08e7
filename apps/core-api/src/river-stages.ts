import { Injectable } from '@nestjs/common';
import type {
  AnnounceWorker,
  AppendLogs,
  AttemptRef,
  AttemptReport,
  BeatWorker,
  ClaimedJob,
  ClaimJobs,
  ReportStatus,
} from '@windlass/contracts';
import { LEASE } from '@windlass/lifecycle';
import { type AttemptLines, type FlushQueue, proveBeatPath, storeFault } from '@windlass/store';
import { announce } from './claim/announce-worker.js';
import { type BeatAnswer, beatQueue } from './claim/beat-queue.js';
import { claimQueue } from './claim/claim-queue.js';
import type { CorePorts } from './core-ports.js';
import type { TypeRegistry } from './registry/type-registry.js';
import { checkResult } from './report/check-result.js';
import { ClaimedTypes } from './report/claimed-types.js';
import { logQueue } from './report/log-queue.js';
import { release } from './report/release-attempts.js';
import { reportQueue } from './report/report-queue.js';

/** A database that is away is no bug: the caller is told to come back. */
const rethrowAsFault = (error: unknown): never => {
  throw storeFault(error);
};

/** Who waits to hear of what is recorded here. */
interface Watches {
  /** These jobs have ended. */
  finished(ids: Iterable<string>): void;
  /** These jobs have new log lines. */
  appended(ids: Iterable<string>): void;
}

/** What workers and the scheduler ask of core: announce, claim, beat, report, logs, release, probe. */
@Injectable()
export class RiverStages {
  readonly claims: { add(request: ClaimJobs): Promise<ClaimedJob[]> };
  readonly beats: FlushQueue<BeatWorker, BeatAnswer>;
  private readonly reports: FlushQueue<AttemptReport, ReportStatus>;
  private readonly logs: FlushQueue<AttemptLines, boolean>;
  private readonly claimedTypes = new ClaimedTypes();

  constructor(
    private readonly ports: CorePorts,
    private readonly registry: TypeRegistry,
    private readonly watches: Watches,
  ) {
    const claims = claimQueue(ports.db, ports.dispatcher, ports.leaseMs);
    this.claims = {
      add: async (request) => {
        const jobs = await claims.add(request);
        for (const job of jobs) this.claimedTypes.remember(job);
        return jobs;
      },
    };
    this.beats = beatQueue(ports.db, ports.leaseMs);
    this.reports = reportQueue({ ...ports, finished: watches.finished });
    this.logs = logQueue(ports.db, watches);
  }

  announce(request: AnnounceWorker) {
    return announce(request, this.ports, this.registry).catch(rethrowAsFault);
  }

  /** Waits for all of them: an item that the database refused is told apart from one that was fenced. */
  report(items: AttemptReport[]): Promise<{ jobId: string; status: ReportStatus; reason?: string }[]> {
    return Promise.all(
      items.map(async (item) => {
        const checked = await this.checked(item);
        try {
          const status = await this.reports.add(checked);
          const type = this.claimedTypes.forget(item.jobId);
          if (type !== undefined) this.ports.dispatcher.finished(type, 1);
          return { jobId: item.jobId, status };
        } catch (error) {
          if ((error as { code?: string }).code !== 'store.data-refused') throw error;
          return { jobId: item.jobId, status: 'refused' as const, reason: 'the database refused the data' };
        }
      }),
    );
  }

  /** Jobs whose lines were dropped: the attempt is not current. */
  async appendLogs(items: AppendLogs['items']): Promise<string[]> {
    const taken = await Promise.all(items.map((item) => this.logs.add(item)));
    return items.filter((_, index) => !taken[index]).map((item) => item.jobId);
  }

  release(items: AttemptRef[]): Promise<string[]> {
    return release(items, { ...this.ports, finished: this.watches.finished }).catch(rethrowAsFault);
  }

  /** Proves that a beat could be recorded now; a longer gap than one beat gives every lease its grace. */
  async probe(): Promise<void> {
    const { leaseMs } = this.ports;
    const gapMs = (leaseMs * LEASE.beatMs) / LEASE.leaseMs;
    const { grace } = await proveBeatPath(this.ports.db.beats, { gapMs, leaseMs }).catch(rethrowAsFault);
    if (grace) this.ports.logger.debug({ operation: 'rescue' }, 'leases have grace after a gap');
  }

  private async checked(item: AttemptReport): Promise<AttemptReport> {
    if (item.outcome !== 'succeeded') return item;
    const type = await this.claimedTypes.of(item.jobId, this.ports.db);
    // Announced through another core: a result must not slip by its schema because this copy is old.
    if (type && !this.registry.of(type.type, type.version)) await this.registry.refresh().catch(rethrowAsFault);
    return type ? checkResult(item, type, this.registry) : item;
  }
}
