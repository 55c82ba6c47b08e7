import { systemRuntime } from '@windlass/clock';
import {
  type ApiKeyView,
  beginFile,
  createKey,
  createKeyReply,
  dropFile,
  type FileView,
  fileReply,
  finishFile,
  type JobView,
  listJobs,
  listJobsReply,
  listKeys,
  listKeysReply,
  readArtifacts,
  readArtifactsReply,
  readEvents,
  readEventsReply,
  readFile,
  readJob,
  readJobReply,
  readResult,
  readResultReply,
  readTypes,
  readTypesReply,
  revokeKey,
  revokeKeyReply,
  type SubmitItem,
  submitJobs,
  submitJobsReply,
  verifyKey,
  verifyKeyReply,
} from '@windlass/contracts';
import { asProblem, fault } from '@windlass/faults';
import { FakeCore } from './fake-core.fixture.js';

export interface StoredJob {
  item: SubmitItem;
  view: JobView;
  result?: string;
}

/** A core that keeps everything in maps: as much of its rules as the gateway's tests lean on. */
export class MemoryCore extends FakeCore {
  readonly jobs = new Map<string, StoredJob>();
  readonly files = new Map<string, FileView & { tenantId: string }>();
  readonly keys = new Map<string, ApiKeyView & { secretHash: string }>();
  readonly artifacts = new Map<
    string,
    { name: string; key: string; size: number; sha256: string; etag: string; contentType: string }[]
  >();

  constructor() {
    super();
    this.answerJobs();
    this.answerFiles();
    this.answerKeys();
  }

  job(tenantId: string, id: string): StoredJob {
    const job = this.jobs.get(id);
    if (!job || job.item.tenantId !== tenantId) throw fault('read.job-unknown');
    return job;
  }

  private answerJobs(): void {
    this.on(submitJobs, submitJobsReply, ({ items }) => ({ items: items.map((item) => this.accept(item)) }));
    this.on(readJob, readJobReply, ({ tenantId, id }) => this.job(tenantId, id).view);
    this.on(listJobs, listJobsReply, ({ tenantId, before, limit }) => {
      const mine = [...this.jobs.values()].filter((job) => job.item.tenantId === tenantId).map((job) => job.view);
      const after = mine.reverse().filter((view) => before === undefined || view.id < before);
      const items = after.slice(0, limit).map(({ payload: _left, ...view }) => view);
      const last = items.at(-1);
      return { items, ...(after.length > limit && last ? { next: last.id } : {}) };
    });
    this.on(readResult, readResultReply, ({ tenantId, id }) => {
      const { view, result } = this.job(tenantId, id);
      return {
        state: view.state,
        ...(result === undefined ? {} : { result }),
        ...(view.error ? { error: view.error } : {}),
      };
    });
    this.on(readEvents, readEventsReply, ({ tenantId, id }) => {
      this.job(tenantId, id);
      return { items: [{ run: 1, epoch: 1, kind: 'succeeded', terminal: true, at: 1_700_000_000_000 }] };
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
    const same = [...this.jobs.values()].find(
      (job) =>
        item.idempotencyKey !== undefined &&
        job.item.tenantId === item.tenantId &&
        job.item.idempotencyKey === item.idempotencyKey,
    );
    if (same && same.item.fingerprint !== item.fingerprint) return { problem: asProblem(fault('submit.key-reused')) };
    if (same) return { id: same.view.id, state: same.view.state, created: false };
    const id = systemRuntime.uuid();
    this.jobs.set(id, { item, view: queuedView(id, item) });
    return { id, state: 'queued' as const, created: true };
  }

  private answerFiles(): void {
    const find = (tenantId: string, id: string) => {
      const file = this.files.get(id);
      if (!file || file.tenantId !== tenantId) throw fault('files.unknown');
      return file;
    };
    this.on(beginFile, fileReply, ({ tenantId, ...file }) => {
      const view = {
        size: 0,
        sha256: '',
        ...file,
        tenantId,
        etag: '',
        state: 'pending' as const,
        createdAt: systemRuntime.now(),
      };
      this.files.set(file.id, view);
      return view;
    });
    this.on(finishFile, fileReply, ({ tenantId, id, ...stored }) =>
      Object.assign(find(tenantId, id), stored, { state: 'stored' as const }),
    );
    this.on(readFile, fileReply, ({ tenantId, id }) => find(tenantId, id));
    this.on(dropFile, fileReply, ({ tenantId, id }) => {
      const file = find(tenantId, id);
      if (file.state === 'stored') throw fault('files.unknown');
      this.files.delete(id);
      return file;
    });
  }

  private answerKeys(): void {
    this.on(createKey, createKeyReply, ({ createdBy: _by, ...key }) => {
      const view = { id: systemRuntime.uuid(), createdAt: systemRuntime.now(), ...key };
      this.keys.set(view.id, view);
      return view;
    });
    this.on(listKeys, listKeysReply, ({ tenantId }) => ({
      items: [...this.keys.values()].filter((key) => key.tenantId === tenantId),
    }));
    this.on(revokeKey, revokeKeyReply, ({ tenantId, id }) => {
      const key = this.keys.get(id);
      if (!key || key.tenantId !== tenantId) throw fault('keys.unknown');
      key.revokedAt = systemRuntime.now();
      return key;
    });
    this.on(verifyKey, verifyKeyReply, ({ secretHash }) => {
      const key = [...this.keys.values()].find(
        (each) => each.secretHash === secretHash && each.revokedAt === undefined,
      );
      if (!key) throw fault('auth.token-invalid');
      return key;
    });
  }
}

function queuedView(id: string, item: SubmitItem): JobView {
  return {
    id,
    type: item.type,
    typeVersion: 1,
    state: 'queued',
    run: 1,
    attempt: 0,
    maxAttempts: item.maxAttempts ?? 3,
    releases: 0,
    timeouts: 0,
    priority: 0,
    tags: item.tags ?? [],
    payload: item.payload,
    createdAt: systemRuntime.now(),
    hardMs: item.hardMs ?? 1000,
  };
}
