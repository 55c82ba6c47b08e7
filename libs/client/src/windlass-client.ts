import { Download } from './download.js';
import { type CallOptions, type Connection, sendRequest } from './send-request.js';
import type {
  ApiKey,
  Artifact,
  CreateApiKeyRequest,
  CreatedApiKey,
  FileInfo,
  Items,
  Job,
  JobEvent,
  JobType,
  ListJobsQuery,
  Page,
  SubmitJobRequest,
  SubmittedJob,
} from './types.js';
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
  readonly keys = {
    create: (request: CreateApiKeyRequest): Promise<CreatedApiKey> =>
      this.json({ method: 'POST', path: '/v1/api-keys', json: request, repeatable: false }),
    list: async (): Promise<ApiKey[]> => (await this.read<Items<ApiKey>>('/v1/api-keys')).items,
    revoke: async (id: string): Promise<void> => {
      await this.send({ method: 'DELETE', path: `/v1/api-keys/${encodeURIComponent(id)}`, repeatable: true });
    },
  };
  private readonly connection: Connection;

  constructor(options: WindlassClientOptions) {
    this.connection = {
      url: options.url.replace(/\/+$/, ''),
      token: checkedToken(options.token),
      timeoutMs: options.timeoutMs ?? 30_000,
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    };
  }

  /** Resolves once the job is committed. Repeat it with the same key after an error: there will be one job. */
  submit<P = unknown>(
    request: SubmitJobRequest<P>,
    options: { idempotencyKey?: string; signal?: AbortSignal } = {},
  ): Promise<SubmittedJob> {
    const idempotencyKey = options.idempotencyKey ?? newKey();
    const headers = { 'idempotency-key': idempotencyKey };
    return this.json({
      ...only(options.signal),
      method: 'POST',
      path: '/v1/jobs',
      json: request,
      headers,
      repeatable: true,
    });
  }

  /** `waitMs`: answer when the job is finished, at most that much later (60 s). */
  get<P = unknown>(id: string, options: { waitMs?: number; signal?: AbortSignal } = {}): Promise<Job<P>> {
    const waitMs = Math.round(options.waitMs ?? 0);
    const query = waitMs > 0 ? `?wait=${waitMs}ms` : '';
    const timeoutMs = this.connection.timeoutMs + waitMs;
    return this.json({
      ...only(options.signal),
      method: 'GET',
      path: `${job(id)}${query}`,
      repeatable: true,
      timeoutMs,
    });
  }

  /** Resolves with the finished job, however it ended. Rejects `client.timeout` when it has not. */
  wait(id: string, options: WaitOptions = {}): Promise<Job> {
    return waitForJob(id, (waitMs) => this.get(id, { waitMs, ...only(options.signal) }), options);
  }

  /** All jobs that match, newest first, fetched page by page. */
  async *list(query: Omit<ListJobsQuery, 'cursor'> = {}): AsyncGenerator<Job> {
    let cursor: string | undefined;
    do {
      const page: Page<Job> = await this.listPage(cursor === undefined ? query : { ...query, cursor });
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  listPage(query: ListJobsQuery = {}): Promise<Page<Job>> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(
      given.map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    return this.read(`/v1/jobs${search ? `?${search}` : ''}`);
  }

  /** Rejects `read.result-not-ready` unless the job succeeded. */
  result<R = unknown>(id: string): Promise<R> {
    return this.read(`${job(id)}/result`);
  }

  async events(id: string): Promise<JobEvent[]> {
    return (await this.read<Items<JobEvent>>(`${job(id)}/events`)).items;
  }

  async artifacts(id: string): Promise<Artifact[]> {
    return (await this.read<Items<Artifact>>(`${job(id)}/artifacts`)).items;
  }

  async jobTypes(): Promise<JobType[]> {
    return (await this.read<Items<JobType>>('/v1/job-types')).items;
  }

  /** Streams a file in; its `id` goes into payloads. */
  async upload(source: UploadSource, options: UploadOptions = {}): Promise<FileInfo> {
    const content = await uploadContent(source, options);
    const headers: Record<string, string> = {
      'content-type': content.contentType,
      'x-file-name': encodeURIComponent(content.name),
    };
    if (options.sha256 !== undefined) headers['x-content-sha256'] = options.sha256;
    return this.json({
      ...only(options.signal),
      method: 'POST',
      path: '/v1/files',
      body: content.body,
      headers,
      // Sent twice it is stored twice, under two ids: repeated only by the caller.
      repeatable: false,
      timeoutMs: options.timeoutMs ?? UPLOAD_TIMEOUT_MS,
    });
  }

  file(id: string): Promise<FileInfo> {
    return this.read(`/v1/files/${encodeURIComponent(id)}`);
  }

  /** A file by its id, or an artifact of a job. With `toPath` it is also saved there (Node). */
  async download(what: string | { jobId: string; artifact: string }, toPath?: string): Promise<Download> {
    const path =
      typeof what === 'string'
        ? `/v1/files/${encodeURIComponent(what)}/content`
        : `${job(what.jobId)}/artifacts/${what.artifact.split('/').map(encodeURIComponent).join('/')}`;
    const response = await this.send({ method: 'GET', path, repeatable: true });
    const download = new Download(response, this.connection.timeoutMs);
    if (toPath !== undefined) await download.save(toPath);
    return download;
  }

  private read<T>(path: string): Promise<T> {
    return this.json({ method: 'GET', path, repeatable: true });
  }

  private async json<T>(call: CallOptions): Promise<T> {
    return (await (await this.send(call)).json()) as T;
  }

  private send(call: CallOptions): Promise<Response> {
    return sendRequest(this.connection, call);
  }
}

/** Uploads take as long as the line needs; this only ends those that hang. */
const UPLOAD_TIMEOUT_MS = 3_600_000;

function job(id: string): string {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}

function only(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function newKey(): string {
  // Not randomUUID(): browsers have that only on secure pages.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
