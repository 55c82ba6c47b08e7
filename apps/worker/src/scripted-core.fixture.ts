import { randomUUID } from 'node:crypto';
import type { Broker, Subscription } from '@windlass/broker';
import {
  type AttemptReport,
  announceWorker,
  announceWorkerReply,
  appendLogs,
  appendLogsReply,
  attemptCancelled,
  type BeatWorker,
  beatWorker,
  beatWorkerReply,
  type ClaimedJob,
  type ClaimJobs,
  claimJobs,
  claimJobsReply,
  dispatchJobs,
  type FileView,
  faultReply,
  fileReply,
  garbageCollected,
  garbageCollectedReply,
  openEnvelope,
  type ReportStatus,
  RPC,
  readInput,
  releaseAttempts,
  releaseAttemptsReply,
  reportAttempts,
  reportAttemptsReply,
  TOPIC,
  takeGarbage,
  takeGarbageReply,
} from '@windlass/contracts';
import { asProblem, type Fault, fault, isFault } from '@windlass/faults';

type LogLines = ReturnType<typeof appendLogs.decode>['items'][number]['lines'];

export interface ScriptedJob {
  id: string;
  type: string;
  payload: string;
  state: 'queued' | 'running' | 'done';
  epoch: number;
  token: string;
  /** Of the worker that claimed it last. */
  incarnation: string;
  reports: AttemptReport[];
  /** As they came, each once: a line that is repeated changes nothing. */
  lines: LogLines;
}

/**
 * What happens to a request instead of an ordinary answer. `lose`: it is served, but the worker only learns that no answer came.
 * `cut`: it is served and the connection breaks before the answer. A fault: it is not served.
 */
type Trouble = 'lose' | 'cut' | Fault | undefined;

/**
 * Core as a worker sees it, in memory, with the rules that matter here: epoch and token, one grant of a job, the same answer to the
 * same token. A test says what goes wrong by `trouble`.
 */
export class ScriptedCore {
  readonly jobs = new Map<string, ScriptedJob>();
  readonly calls: { kind: string; body: unknown }[] = [];
  readonly files = new Map<string, FileView>();
  trouble: (kind: string, body: unknown) => Trouble = () => undefined;
  status: (report: AttemptReport) => ReportStatus = () => 'recorded';
  refused: { name: string; version: number; reason: string }[] = [];
  readonly fenced = new Set<string>();
  /** Cancelled jobs whose attempt is not closed yet. */
  readonly stopping = new Set<string>();
  /** Prefixes by the id of their row. */
  readonly garbage = new Map<string, string>();
  private serving: Subscription | undefined;

  constructor(
    readonly broker: Broker,
    private readonly options: { beatMs: number; breakConnection(): void },
  ) {}

  async start(): Promise<this> {
    this.serving = await this.broker.serve(RPC.coreForWorker, { concurrency: 50 }, (bytes) => this.answer(bytes));
    return this;
  }
  async away(): Promise<void> {
    await this.serving?.cancel();
    this.serving = undefined;
  }

  /** Makes jobs and hands them over in one message. */
  async submit(type: string, ...payloads: unknown[]): Promise<ScriptedJob[]> {
    const jobs = payloads.map((payload): ScriptedJob => {
      const id = randomUUID();
      const empty = { state: 'queued' as const, epoch: 0, token: '', incarnation: '', reports: [], lines: [] };
      return { id, type, payload: JSON.stringify(payload), ...empty };
    });
    for (const job of jobs) this.jobs.set(job.id, job);
    await this.dispatch(type, dispatchJobs.encode({ type, ids: jobs.map((job) => job.id) }));
    return jobs;
  }
  async dispatch(type: string, body: Uint8Array): Promise<void> {
    await this.broker.publish(type, body, { ttlMs: 55_000, persistent: false, timeoutMs: 1_000 });
  }

  /** Ends the job at once; its attempt is open until it is reported. */
  async cancel(job: ScriptedJob, options: { broadcast: boolean } = { broadcast: true }): Promise<void> {
    job.state = 'done';
    this.stopping.add(job.id);
    if (options.broadcast) await this.tellCancelled(job);
  }
  async tellCancelled({ id, incarnation, epoch }: ScriptedJob): Promise<void> {
    const items = [{ incarnation, jobId: id, run: 1, epoch }];
    await this.broker.broadcast(TOPIC.attemptCancelled, attemptCancelled.encode({ items }));
  }

  bodies<T>(kind: string): T[] {
    return this.calls.filter((call) => call.kind === kind).map((call) => call.body as T);
  }
  /** Whether the latest beat that told of the worker itself names this job. */
  beats(job: ScriptedJob): boolean {
    const latest = this.bodies<BeatWorker>('beat.worker').findLast((beat) => beat.presence);
    return latest?.attempts.some((attempt) => attempt.jobId === job.id) ?? false;
  }

  private async answer(bytes: Uint8Array): Promise<Uint8Array> {
    const { kind, body } = openEnvelope(bytes);
    this.calls.push({ kind, body });
    const trouble = this.trouble(kind, body);
    if (isFault(trouble)) return faultReply.encode(asProblem(trouble));
    const reply = await this.serve(kind, bytes);
    if (trouble === 'lose') return faultReply.encode(asProblem(fault('broker.timeout')));
    if (trouble === 'cut') this.options.breakConnection();
    return reply;
  }

  private async serve(kind: string, bytes: Uint8Array): Promise<Uint8Array> {
    switch (kind) {
      case 'announce.worker': {
        const { beatMs } = this.options;
        for (const { name } of announceWorker.decode(bytes).types) await this.broker.declareQueue(name);
        return announceWorkerReply.encode({ refused: this.refused, leaseMs: 4 * beatMs, beatMs });
      }
      case 'claim.jobs':
        return claimJobsReply.encode({ jobs: this.claim(claimJobs.decode(bytes)) });
      case 'beat.worker': {
        const ids = beatWorker.decode(bytes).attempts.map((attempt) => attempt.jobId);
        const cancelled = ids.filter((id) => this.stopping.has(id) && !this.fenced.has(id));
        return beatWorkerReply.encode({ fenced: ids.filter((id) => this.fenced.has(id)), cancelled });
      }
      case 'report.attempts': {
        const { items } = reportAttempts.decode(bytes);
        return reportAttemptsReply.encode({
          items: items.map((item) => ({ jobId: item.jobId, status: this.record(item) })),
        });
      }
      case 'release.attempts': {
        const { items } = releaseAttempts.decode(bytes);
        for (const item of items) this.jobs.get(item.jobId)!.state = 'queued';
        return releaseAttemptsReply.encode({ released: items.map((item) => item.jobId) });
      }
      case 'append.logs': {
        const { items } = appendLogs.decode(bytes);
        const fenced = items.filter(({ jobId, lines }) => !this.append(this.jobs.get(jobId)!, lines));
        return appendLogsReply.encode({ fenced: fenced.map(({ jobId }) => jobId) });
      }
      case 'garbage.take': {
        const { limit } = takeGarbage.decode(bytes);
        const items = [...this.garbage].slice(0, limit).map(([id, prefix]) => ({ id, prefix }));
        return takeGarbageReply.encode({ items });
      }
      case 'garbage.collected':
        for (const id of garbageCollected.decode(bytes).ids) this.garbage.delete(id);
        return garbageCollectedReply.encode({});
      default: {
        const file = this.files.get(readInput.decode(bytes).fileId);
        return file ? fileReply.encode(file) : faultReply.encode(asProblem(fault('files.unknown')));
      }
    }
  }

  private claim({ token, incarnation, ids, free, type }: ClaimJobs): ClaimedJob[] {
    const granted: ClaimedJob[] = [];
    for (const id of ids) {
      const job = this.jobs.get(id);
      if (!job) continue;
      if (job.state === 'queued' && granted.length < free) {
        Object.assign(job, { state: 'running', epoch: job.epoch + 1, token, incarnation });
      } else if (job.state !== 'running' || job.token !== token) continue;
      const { epoch, payload } = job;
      const fixed = { run: 1, tenantId: 'acme', version: 1, softMs: 50_000, hardMs: 60_000 };
      granted.push({ ...fixed, jobId: id, epoch, token, attempt: epoch, type, payload });
    }
    return granted;
  }

  private record(report: AttemptReport): ReportStatus {
    const status = this.status(report);
    const job = this.jobs.get(report.jobId)!;
    if (status !== 'recorded') return status;
    if (this.stopping.delete(job.id)) {
      job.reports.push(report);
      return 'fenced';
    }
    if (job.state === 'done') return 'repeated';
    job.reports.push(report);
    job.state = 'done';
    return 'recorded';
  }

  /** Whether the attempt is current, or that of a cancelled job. */
  private append(job: ScriptedJob, lines: LogLines): boolean {
    if (job.state !== 'running' && !this.stopping.has(job.id)) return false;
    const known = new Set(job.lines.map(({ seq }) => seq));
    job.lines.push(...lines.filter(({ seq }) => !known.has(seq)));
    return true;
  }
}
