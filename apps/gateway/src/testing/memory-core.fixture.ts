import { systemRuntime } from '@windlass/clock';
import {
  type JobView,
  listJobs,
  listJobsReply,
  readArtifacts,
  readArtifactsReply,
  readJob,
  readJobReply,
  readResult,
  readResultReply,
  readTypes,
  readTypesReply,
  type SubmitItem,
  submitJobs,
  submitJobsReply,
} from '@windlass/contracts';
import { asProblem, fault } from '@windlass/faults';
import { answerFiles, answerKeys } from './memory-files.fixture.js';
import { answerLife } from './memory-life.fixture.js';
import { answerQueues } from './memory-queues.fixture.js';
import { MemoryState } from './memory-state.fixture.js';

/** A core that keeps everything in maps: as much of its rules as the gateway's tests lean on. */
export class MemoryCore extends MemoryState {
  constructor() {
    super();
    this.answerJobs();
    answerFiles(this);
    answerKeys(this);
    answerLife(this);
    answerQueues(this);
  }

  private answerJobs(): void {
    this.on(submitJobs, submitJobsReply, ({ items }) => ({ items: items.map((item) => this.accept(item)) }));
    this.on(readJob, readJobReply, ({ tenantId, id }) => this.job(tenantId, id).view);
    this.on(listJobs, listJobsReply, ({ tenantId, before, limit, queue }) => {
      const mine = [...this.jobs.values()]
        .filter((job) => job.item.tenantId === tenantId && (queue === undefined || job.view.queue === queue))
        .map((job) => job.view);
      const after = mine.reverse().filter((view) => before === undefined || view.id < before);
      const items = after.slice(0, limit).map(({ payload: _left, ...view }) => view);
      const last = items.at(-1);
      return { items, ...(after.length > limit && last ? { next: last.id } : {}) };
    });
    this.on(readResult, readResultReply, ({ tenantId, id }) => {
      const { view, result, resultFile } = this.job(tenantId, id);
      return {
        state: view.state,
        ...(resultFile === undefined ? {} : { resultFile }),
        ...(result === undefined ? {} : { result }),
        ...(view.error ? { error: view.error } : {}),
      };
    });
    this.on(readArtifacts, readArtifactsReply, ({ tenantId, id }) => {
      this.job(tenantId, id);
      return { items: this.artifacts.get(id) ?? [] };
    });
    this.on(readTypes, readTypesReply, () => ({ items: [] }));
  }

  private accept(item: SubmitItem) {
    if (item.type !== 'hash') {
      return { problem: asProblem(fault('submit.type-unknown', { detail: 'Known types: hash.' })) };
    }
    if (item.idempotencyKey !== undefined && this.inProgress.has(item.idempotencyKey)) {
      return { problem: asProblem(fault('submit.key-in-progress')) };
    }
    const same = [...this.jobs.values()].find(
      (job) =>
        item.idempotencyKey !== undefined &&
        job.item.tenantId === item.tenantId &&
        job.item.idempotencyKey === item.idempotencyKey,
    );
    if (same && same.item.fingerprint !== item.fingerprint) return { problem: asProblem(fault('submit.key-reused')) };
    if (same) return { id: same.view.id, state: same.view.state, created: false };
    const holder = [...this.jobs.values()].find(
      (job) => item.dedupe && job.item.tenantId === item.tenantId && job.item.dedupe?.key === item.dedupe.key,
    );
    if (holder && item.dedupe?.onDuplicate === 'return') {
      return { id: holder.view.id, state: holder.view.state, created: false, duplicate: true };
    }
    if (holder && item.dedupe?.onDuplicate === 'reject') {
      return { problem: asProblem(fault('submit.duplicate', { detail: `Job ${holder.view.id} has this dedupeKey.` })) };
    }
    const id = systemRuntime.uuid();
    const submitted = { run: 1, epoch: 0, rank: 0, kind: 'submitted', terminal: false, at: systemRuntime.now() };
    this.jobs.set(id, { item, view: queuedView(id, item), log: [], events: [submitted] });
    return { id, state: 'queued' as const, created: true };
  }
}

function queuedView(id: string, item: SubmitItem): JobView {
  const { dedupe, concurrency } = item;
  return {
    id,
    type: item.type,
    typeVersion: 1,
    queue: item.queue ?? item.type,
    state: 'queued',
    run: 1,
    epoch: 0,
    attempt: 0,
    maxAttempts: item.maxAttempts ?? 3,
    releases: 0,
    timeouts: 0,
    retries: 0,
    buries: 0,
    priority: item.priority ?? 3,
    tags: item.tags ?? [],
    payload: item.payload,
    createdAt: systemRuntime.now(),
    ...(item.runAt === undefined ? {} : { runAt: item.runAt }),
    softMs: item.softMs ?? 1000,
    hardMs: item.hardMs ?? 1000,
    backoff: item.backoff ?? { kind: 'fixed', delayMs: 1000 },
    retention: item.retention ?? 'standard',
    ...(dedupe ? { dedupeKey: dedupe.key } : {}),
    ...(concurrency ? { concurrencyKey: concurrency.key, concurrencyLimit: concurrency.limit } : {}),
  };
}
