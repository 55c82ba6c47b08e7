import { randomUUID } from 'node:crypto';
import type { Platform } from '../platform/platform.js';
import { MISSING_ID } from '../platform/sow-objects.js';

/** A request that would be accepted as it stands, to be spoilt in one place. */
export interface WriteRequest {
  path: string;
  body: Json;
}

export interface Json {
  [name: string]: unknown;
}

export interface WriteRoute {
  /** A sound request in which the field at `pointer` could stand. */
  make(platform: Platform, pointer: string): Promise<WriteRequest>;
  /** What is stored after `answer` was given, in the shape of the request. Without it nothing of the body can be read again. */
  readBack?(platform: Platform, answer: Json, request: WriteRequest): Promise<unknown>;
}

/** Far enough not to run, near enough to be allowed. */
const LATER = { type: 'hash', payload: 1, delay: '30d' };

const BACKOFFS: Readonly<Record<string, object>> = {
  delayMs: { kind: 'fixed', delayMs: 1 },
  maxDelayMs: { kind: 'exponential', delayMs: 1, maxDelayMs: 1 },
  delaysMs: { kind: 'list', delaysMs: [1] },
  jitter: { kind: 'fixed', delayMs: 1, jitter: 0 },
  kind: { kind: 'fixed', delayMs: 1 },
};

/** Some fields stand only beside others, or not beside some. */
function jobFor(pointer: string): Json {
  const [, field = '', inner = ''] = /^(?:\/jobs\/0)?\/(\w+)(?:\/(\w+))?/.exec(pointer) ?? [];
  const { delay, ...plain } = LATER;
  const job: Json = field === 'delay' || field === 'runAt' ? { ...plain } : { ...plain, delay };
  if (field === 'backoff') job.backoff = BACKOFFS[inner] ?? BACKOFFS.kind;
  if (field === 'concurrencyLimit') job.concurrencyKey = 'numbers';
  if (field === 'softMs') job.hardMs = 604_800_000;
  if (field === 'hardMs') job.softMs = 1;
  if (field === 'onDuplicate') job.dedupeKey = 'strings';
  if (field === 'tags') job.tags = ['x'];
  return job;
}

const job = async (platform: Platform, id: unknown): Promise<Json> => platform.call('GET', `/v1/jobs/${String(id)}`);

/** Every operation that writes and takes JSON, or takes none and must not mind some. */
export const WRITE_ROUTES: Readonly<Record<string, WriteRoute>> = {
  'POST /v1/jobs': {
    make: async (_, pointer) => ({ path: '/v1/jobs', body: jobFor(pointer) }),
    readBack: (platform, answer) => job(platform, answer.id),
  },
  'POST /v1/jobs/batch': {
    make: async (_, pointer) => ({ path: '/v1/jobs/batch', body: { jobs: [jobFor(pointer)] } }),
    readBack: async (platform, answer) => ({ jobs: [await job(platform, (answer.items as Json[])[0]?.id)] }),
  },
  'POST /v1/jobs/actions': {
    make: async () => ({ path: '/v1/jobs/actions', body: { action: 'replay', filter: { tag: 'nothing has it' } } }),
    readBack: (platform, answer) => platform.call('GET', `/v1/jobs/actions/${String(answer.id)}`),
  },
  'POST /v1/jobs/{id}/cancel': {
    make: async (platform) => {
      const { id } = await platform.call<{ id: string }>('POST', '/v1/jobs', LATER);
      return { path: `/v1/jobs/${id}/cancel`, body: { reason: 'x' } };
    },
    readBack: (platform, answer) => job(platform, answer.id),
  },
  'POST /v1/files/uploads': {
    make: async () => ({
      path: '/v1/files/uploads',
      body: { name: 'a', contentType: 'text/plain', size: 1, sha256: '0'.repeat(64) },
    }),
    readBack: (platform, answer) => platform.call('GET', `/v1/files/${String(answer.id)}`),
  },
  'POST /v1/files/uploads/{id}/complete': {
    make: async () => ({
      path: `/v1/files/uploads/${MISSING_ID}/complete`,
      body: { parts: [{ part: 1, etag: 'x' }] },
    }),
  },
  'POST /v1/api-keys': {
    make: async () => ({ path: '/v1/api-keys', body: { name: 'x', scopes: ['jobs:read'] } }),
    readBack: async (platform, answer) => {
      const { items } = await platform.call<{ items: Json[] }>('GET', '/v1/api-keys');
      return items.find(({ id }) => id === answer.id);
    },
  },
  'PUT /v1/queues/{name}': {
    make: async () => ({ path: `/v1/queues/fuzz-${randomUUID()}`, body: { maxRunning: 1 } }),
    readBack: async (platform, _, { path }) => {
      const queue = await platform.call('GET', path);
      await platform.call('DELETE', path);
      return queue;
    },
  },
};

/** Operations that change something and want no JSON body: what comes all the same must be refused or be without effect. */
export const BODILESS: Readonly<Record<string, string>> = {
  'POST /v1/jobs/{id}/replay': `/v1/jobs/${MISSING_ID}/replay`,
  'DELETE /v1/jobs/actions/{id}': `/v1/jobs/actions/${MISSING_ID}`,
  'DELETE /v1/files/uploads/{id}': `/v1/files/uploads/${MISSING_ID}`,
  'DELETE /v1/api-keys/{id}': `/v1/api-keys/${MISSING_ID}`,
  'DELETE /v1/queues/{name}': '/v1/queues/fuzz-none',
  'POST /v1/queues/{name}/pause': '/v1/queues/fuzz-none/pause',
  'POST /v1/queues/{name}/resume': '/v1/queues/fuzz-none/resume',
  'POST /v1/queues/{name}/purge': '/v1/queues/fuzz-none/purge',
};

/** Takes bytes, not JSON: its headers and forms are cases of the class `files`. */
const TAKES_BYTES = 'POST /v1/files';

/** Operations of the document that write and are in none of these tables. */
export function uncoveredWrites(operations: readonly { name: string; method: string; path: string }[]): string[] {
  return operations
    .filter(({ name, method, path }) => method !== 'GET' && path.startsWith('/v1/') && name !== TAKES_BYTES)
    .filter(({ name }) => !(name in WRITE_ROUTES) && !(name in BODILESS))
    .map(({ name }) => `${name} writes and is not in write-routes.ts`);
}
