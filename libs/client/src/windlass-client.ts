import { ActionCalls } from './action-calls.js';
import { Calls, eachItem, newKey, only, pathTo, queryOf } from './calls.js';
import { Download } from './download.js';
import type { FollowOptions } from './follow-stream.js';
import { type JsonText, submissionText } from './json-text.js';
import { KeyCalls } from './key-calls.js';
import { QueueCalls } from './queue-calls.js';
import { followEvents, type LogOptions, readEvents, readLogs } from './read-logs.js';
import { type BatchOptions, submitBatch } from './submit-batch.js';
import type { AuditEntry, ListAuditQuery } from './types/access.js';
import type { Artifact, FileInfo } from './types/files.js';
import type { CancelJobRequest, CancelledJob, Job, JobEvent, ReplayedJob } from './types/job.js';
import type { Items, JobType, ListJobsQuery, LogLine, LogPage, Page, ReadLogsQuery } from './types/read.js';
import type { BatchItem, BatchItemResult, SubmitJobRequest, SubmittedJob } from './types/submit.js';
import { type UploadOptions, type UploadSource, uploadContent } from './upload-content.js';
import { type WaitOptions, waitForJob } from './wait-for-job.js';
import { WindlassError } from './windlass-error.js';

export interface WindlassClientOptions {
  /** Of the service, such as `https://jobs.example.com`. */
  url: string;
  /** A JWT or an API key. */
  token: string;
  /** For one answer; a wait adds its own time. Default 30 s. */
  timeoutMs?: number;
  /** Instead of the global one. */
  fetch?: typeof fetch;
}

/** Else fetch would fail on the header as if the service were away, and quote the token in its message. */
function checkedToken(token: string): string {
  const trimmed = token.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  const why = trimmed === '' ? 'it is empty' : 'it has spaces, line breaks or characters beyond ASCII within';
  throw new WindlassError('client.token-invalid', `The token cannot be sent: ${why}.`, 0);
}

/**
 * The REST API in methods. Every failure is a WindlassError. Calls that can be repeated safely are, a few times, on network
 * errors, 429 and 503; `submit` among them, since it always carries an Idempotency-Key.
 */
export class WindlassClient {
  readonly keys: KeyCalls;
  readonly queues: QueueCalls;
  readonly actions: ActionCalls;
  private readonly calls: Calls;

  constructor(options: WindlassClientOptions) {
    this.calls = new Calls({
      url: options.url.replace(/\/+$/, ''),
      token: checkedToken(options.token),
      timeoutMs: options.timeoutMs ?? 30_000,
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
      answered: false,
    });
    this.keys = new KeyCalls(this.calls);
    this.queues = new QueueCalls(this.calls);
    this.actions = new ActionCalls(this.calls);
  }

  /** Resolves once the job is committed. Repeat it with the same key after an error: there will be one job. */
  submit<P = unknown>(
    request: SubmitJobRequest<P>,
    options: { idempotencyKey?: string; signal?: AbortSignal } = {},
  ): Promise<SubmittedJob> {
    return this.post(pathTo('jobs'), submissionText(request), options.idempotencyKey ?? newKey(), options.signal);
  }

  /**
   * Any number of submissions, in as few requests as they fit in. Answers one outcome each, in their order: a bad one fails alone.
   * Rejects when the service cannot be reached; with `idempotencyKey` the whole call can then be repeated.
   */
  submitBatch(jobs: readonly (BatchItem | JsonText)[], options: BatchOptions = {}): Promise<BatchItemResult[]> {
    return submitBatch(jobs, (body, key) => this.post(pathTo('jobs', 'batch'), body, key, options.signal), {
      ...options,
      idempotencyKey: options.idempotencyKey ?? newKey(),
    });
  }

  /** `waitMs`: answer when the job is finished, at most that much later (60 s). */
  get<P = unknown>(id: string, options: { waitMs?: number; signal?: AbortSignal } = {}): Promise<Job<P>> {
    return this.readJob(id, options, true);
  }

  /** Resolves with the finished job, however it ended. Rejects `client.timeout` when it has not. Outlasts restarts of the service. */
  wait(id: string, options: WaitOptions = {}): Promise<Job> {
    const read = (waitMs: number) => this.readJob<unknown>(id, { waitMs, ...only(options.signal) }, false);
    return waitForJob(id, read, () => this.calls.connection.answered, options);
  }

  /** All jobs that match, newest first, fetched page by page. */
  list(query: Omit<ListJobsQuery, 'cursor'> = {}): AsyncGenerator<Job> {
    return eachItem((cursor) => this.listPage({ ...query, ...(cursor === undefined ? {} : { cursor }) }));
  }

  listPage(query: ListJobsQuery = {}): Promise<Page<Job>> {
    return this.calls.read(`${pathTo('jobs')}${queryOf(query)}`);
  }

  /**
   * `cancelled` at once, running or not; one that is cancelled already answers as it is. Rejects `cancel.job-finished` when it has
   * ended otherwise.
   */
  cancel(id: string, request: CancelJobRequest = {}): Promise<CancelledJob> {
    return this.calls.json({ method: 'POST', path: pathTo('jobs', id, 'cancel'), json: request, repeatable: true });
  }

  /** Runs a finished job again. Never repeated by itself. Rejects `replay.job-unfinished`, and `replay.duplicate` when its dedupe key is taken. */
  replay(id: string): Promise<ReplayedJob> {
    return this.calls.json({ method: 'POST', path: pathTo('jobs', id, 'replay'), repeatable: false });
  }

  /** Rejects `read.result-not-ready` unless the job succeeded. */
  result<R = unknown>(id: string): Promise<R> {
    return this.calls.read(pathTo('jobs', id, 'result'));
  }

  /** All of them, oldest first, fetched page by page. */
  events(id: string): Promise<JobEvent[]> {
    return readEvents(this.calls, id);
  }

  /** What has happened and what happens, until the job is finished. Lost connections are made anew. */
  followEvents(id: string, options: FollowOptions = {}): AsyncGenerator<JobEvent> {
    return followEvents(this.calls, id, options);
  }

  /** Oldest first, fetched page by page; with `follow` until the job is finished. Lost connections are made anew. */
  logs(id: string, options: LogOptions = {}): AsyncGenerator<LogLine> {
    return readLogs(this.calls, id, options);
  }

  logPage(id: string, query: ReadLogsQuery = {}): Promise<LogPage> {
    return this.calls.read(`${pathTo('jobs', id, 'logs')}${queryOf(query)}`);
  }

  async artifacts(id: string): Promise<Artifact[]> {
    return (await this.calls.read<Items<Artifact>>(pathTo('jobs', id, 'artifacts'))).items;
  }

  async jobTypes(): Promise<JobType[]> {
    return (await this.calls.read<Items<JobType>>(pathTo('job-types'))).items;
  }

  /** What was done in the tenant, newest first, fetched page by page. Scope `audit:read`. */
  audit(query: Omit<ListAuditQuery, 'cursor'> = {}): AsyncGenerator<AuditEntry> {
    return eachItem((cursor) => this.auditPage({ ...query, ...(cursor === undefined ? {} : { cursor }) }));
  }

  auditPage(query: ListAuditQuery = {}): Promise<Page<AuditEntry>> {
    return this.calls.read(`${pathTo('audit')}${queryOf(query)}`);
  }

  /** Streams a file in; its `id` goes into payloads. */
  async upload(source: UploadSource, options: UploadOptions = {}): Promise<FileInfo> {
    const content = await uploadContent(source, options);
    const headers: Record<string, string> = {
      'content-type': content.contentType,
      'x-file-name': encodeURIComponent(content.name),
    };
    if (options.sha256 !== undefined) headers['x-content-sha256'] = options.sha256;
    return this.calls.json({
      ...only(options.signal),
      method: 'POST',
      path: pathTo('files'),
      body: content.body,
      headers,
      // Sent twice it is stored twice, under two ids: repeated only by the caller.
      repeatable: false,
      timeoutMs: options.timeoutMs ?? UPLOAD_TIMEOUT_MS,
    });
  }

  file(id: string): Promise<FileInfo> {
    return this.calls.read(pathTo('files', id));
  }

  /** A file by its id, or an artifact of a job. With `toPath` it is also saved there (Node). */
  async download(what: string | { jobId: string; artifact: string }, toPath?: string): Promise<Download> {
    const path =
      typeof what === 'string'
        ? pathTo('files', what, 'content')
        : pathTo('jobs', what.jobId, 'artifacts', ...what.artifact.split('/'));
    const response = await this.calls.send({ method: 'GET', path, repeatable: true });
    const download = new Download(response, this.calls.connection.timeoutMs);
    if (toPath !== undefined) await download.save(toPath);
    return download;
  }

  private post<T>(path: string, body: string, idempotencyKey: string, signal: AbortSignal | undefined): Promise<T> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
    return this.calls.json({ ...only(signal), method: 'POST', path, body, headers, repeatable: true });
  }

  private readJob<P>(
    id: string,
    options: { waitMs?: number; signal?: AbortSignal },
    repeatable: boolean,
  ): Promise<Job<P>> {
    const waitMs = Math.round(options.waitMs ?? 0);
    const query = waitMs > 0 ? `?wait=${waitMs}ms` : '';
    const timeoutMs = this.calls.connection.timeoutMs + waitMs;
    return this.calls.read(`${pathTo('jobs', id)}${query}`, { ...only(options.signal), repeatable, timeoutMs });
  }
}

/** Uploads take as long as the line needs; this only ends those that hang. */
const UPLOAD_TIMEOUT_MS = 3_600_000;
