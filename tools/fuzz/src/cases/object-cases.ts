import type { Sown } from '../platform/sow-objects.js';

/** One way to ask for an object by its id. */
export interface ObjectCase {
  /** Which of a tenant's objects. */
  of: keyof Sown;
  query?: string;
  headers?: Record<string, string>;
  body?: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const STREAM = { accept: 'text/event-stream' };

/** Every operation whose path names an object. One that is missing here fails the run: whose objects it shows must be looked at. */
export const OBJECT_CASES: Readonly<Record<string, readonly ObjectCase[]>> = {
  'GET /v1/jobs/{id}': [{ of: 'waiting' }, { of: 'finished' }, { of: 'waiting', query: '?wait=50ms' }],
  'GET /v1/jobs/{id}/result': [{ of: 'finished' }, { of: 'waiting' }],
  'GET /v1/jobs/{id}/logs': [
    { of: 'finished' },
    { of: 'finished', headers: STREAM },
    { of: 'waiting', headers: { ...STREAM, 'last-event-id': '1.1.1' } },
  ],
  'GET /v1/jobs/{id}/events': [
    { of: 'finished' },
    { of: 'finished', headers: STREAM },
    { of: 'waiting', headers: STREAM },
    { of: 'finished', query: '?after=1.1.1&limit=1' },
  ],
  'GET /v1/jobs/{id}/artifacts': [{ of: 'converted' }, { of: 'waiting' }],
  'GET /v1/jobs/{id}/artifacts/{path}': [
    { of: 'converted' },
    { of: 'converted', query: '?redirect=true' },
    { of: 'converted', headers: { range: 'bytes=0-0' } },
    { of: 'converted', headers: { 'if-none-match': '*' } },
  ],
  'POST /v1/jobs/{id}/cancel': [
    { of: 'waiting' },
    { of: 'finished' },
    { of: 'cancelled' },
    { of: 'waiting', headers: JSON_TYPE, body: '{"reason":"mine"}' },
  ],
  'POST /v1/jobs/{id}/replay': [{ of: 'finished' }, { of: 'waiting' }, { of: 'cancelled' }],
  'GET /v1/jobs/actions/{id}': [{ of: 'action' }],
  'DELETE /v1/jobs/actions/{id}': [{ of: 'action' }],
  'GET /v1/files/{id}': [{ of: 'file' }],
  'GET /v1/files/{id}/content': [
    { of: 'file' },
    { of: 'file', query: '?redirect=true' },
    { of: 'file', headers: { range: 'bytes=0-0' } },
    { of: 'file', headers: { 'if-none-match': '*' } },
  ],
  'POST /v1/files/uploads/{id}/complete': [
    { of: 'upload' },
    { of: 'file' },
    { of: 'upload', headers: JSON_TYPE, body: '{"parts":[{"part":1,"etag":"x"}]}' },
  ],
  'DELETE /v1/files/uploads/{id}': [{ of: 'upload' }, { of: 'file' }],
  'DELETE /v1/api-keys/{id}': [{ of: 'key' }],
};

/** Named by the installation, not by a tenant: every tenant sees the same queues, with the scope for it. */
export const SHARED_OPERATIONS: ReadonlySet<string> = new Set([
  'GET /v1/queues/{name}',
  'PUT /v1/queues/{name}',
  'DELETE /v1/queues/{name}',
  'POST /v1/queues/{name}/pause',
  'POST /v1/queues/{name}/resume',
  'POST /v1/queues/{name}/purge',
]);

/** Operations of the document that name an object and have no case. */
export function uncoveredObjects(operations: readonly { name: string; path: string }[]): string[] {
  return operations
    .filter(({ name, path }) => path.includes('{') && !OBJECT_CASES[name]?.length && !SHARED_OPERATIONS.has(name))
    .map(({ name }) => name);
}
