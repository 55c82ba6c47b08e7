import { systemRuntime } from '@windlass/clock';
import type {
  ActionView,
  ApiKeyView,
  ArtifactEntry,
  AuditEntry,
  FileView,
  JobEvent,
  JobView,
  LogLine,
  QueueView,
  SubmitItem,
} from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { FakeCore } from './fake-core.fixture.js';

export interface StoredJob {
  item: SubmitItem;
  view: JobView;
  result?: string;
  resultFile?: ArtifactEntry;
  log: LogLine[];
  events: JobEvent[];
}

/** What a core in memory keeps, and how its tests change it. */
export class MemoryState extends FakeCore {
  readonly jobs = new Map<string, StoredJob>();
  readonly files = new Map<string, FileView & { tenantId: string }>();
  readonly keys = new Map<string, ApiKeyView & { secretHash: string }>();
  readonly artifacts = new Map<string, ArtifactEntry[]>();
  readonly actions = new Map<string, ActionView & { tenantId: string }>();
  readonly queues = new Map<string, QueueView>();
  readonly audit: (AuditEntry & { tenantId: string })[] = [];
  /** Idempotency keys whose first request is still under way. */
  readonly inProgress = new Set<string>();
  private waiters: (() => void)[] = [];

  job(tenantId: string, id: string): StoredJob {
    const job = this.jobs.get(id);
    if (!job || job.item.tenantId !== tenantId) throw fault('read.job-unknown');
    return job;
  }

  /** Adds lines to the log of its first attempt, and wakes those who wait for some. */
  addLog(id: string, ...messages: string[]): void {
    const job = this.jobs.get(id);
    for (const message of messages) {
      const seq = (job?.log.length ?? 0) + 1;
      const line = { at: systemRuntime.now(), level: 'info' as const, source: 'handler', message };
      job?.log.push({ run: 1, epoch: 1, seq, ...line });
    }
    this.wake();
  }

  addEvent(id: string, event: Partial<JobEvent> & { kind: string }): void {
    const at = systemRuntime.now();
    const rank = event.terminal ? 3 : event.kind === 'started' ? 1 : 2;
    this.jobs.get(id)?.events.push({ run: 1, epoch: 1, rank, terminal: false, at, ...event });
    this.wake();
  }

  /** Ends a job, and wakes those who wait for that. */
  finish(id: string, state: JobView['state'] = 'succeeded'): void {
    const job = this.jobs.get(id);
    if (!job) return;
    job.view.state = state;
    this.addEvent(id, { kind: state, terminal: true });
  }

  /** Until something changes, at most `waitMs`. */
  async change(waitMs: number): Promise<void> {
    const changed = new Promise<void>((resolve) => {
      this.waiters.push(resolve);
    });
    const stop = new AbortController();
    await Promise.race([changed, systemRuntime.sleep(waitMs, stop.signal)]);
    stop.abort();
  }

  wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const wake of waiters) wake();
  }
}
