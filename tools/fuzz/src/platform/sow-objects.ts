import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@windlass/testing';
import { describeExchange } from '../report/describe-exchange.js';
import type { Platform } from './platform.js';

export const SAMPLES = fileURLToPath(new URL('../../../../examples/cad-conversion/samples/', import.meta.url));
export const SAMPLE = 'block.iges';
const FINISH_MS = 90_000;

/** Ids of one tenant's objects, one of each kind that a route can name. */
export interface Sown {
  /** A job that has succeeded. */
  finished: string;
  /** A job that is due in a month. */
  waiting: string;
  cancelled: string;
  /** A job with artifacts. */
  converted: string;
  /** Name of one of them. */
  artifact: string;
  /** A bulk action. */
  action: string;
  file: string;
  /** A direct upload that has not arrived; where the storage has no URLs, an id that names nothing. */
  upload: string;
  key: string;
}

/** Names nothing, and could be of this platform by its form. */
export const MISSING_ID = '0192a0b0-0000-7000-8000-000000000000';

/** Makes one object of each kind as the tenant of `token`. */
export async function sowObjects(platform: Platform, token?: string): Promise<Sown> {
  const make = async (path: string, body: unknown) =>
    (await platform.call<{ id: string }>('POST', path, body, token)).id;
  const model = await uploadFile(platform, await readFile(SAMPLES + SAMPLE), token, SAMPLE);
  const converted = await make('/v1/jobs', { type: 'conversion.cad', payload: { file: { id: model } } });
  const finished = await make('/v1/jobs', { type: 'hash', payload: { sown: true }, tags: ['fuzz'] });
  const waiting = await make('/v1/jobs', { type: 'hash', payload: 1, delay: '30d', tags: ['sown'], dedupeKey: 'sown' });
  const cancelled = await make('/v1/jobs', { type: 'hash', payload: 1, delay: '30d' });
  await platform.call('POST', `/v1/jobs/${cancelled}/cancel`, { reason: 'sown' }, token);
  const action = await make('/v1/jobs/actions', { action: 'replay', filter: { tag: 'nothing has it' } });
  const key = await make('/v1/api-keys', { name: 'sown', scopes: ['jobs:read'] });
  const file = await uploadFile(platform, Buffer.from('sown'), token);
  const upload = await beginUpload(platform, Buffer.from('announced'), token);
  for (const id of [finished, converted]) await untilFinished(platform, id, token);
  const artifacts = await platform.call<{ items: { name: string }[] }>(
    'GET',
    `/v1/jobs/${converted}/artifacts`,
    undefined,
    token,
  );
  const artifact = artifacts.items[0]?.name;
  if (artifact === undefined) throw new Error('the converted sample has no artifact');
  return { finished, waiting, cancelled, converted, artifact, action, file, upload: upload ?? MISSING_ID, key };
}

export interface EndedJob {
  state: string;
  error?: { class: string; code?: string; message: string };
  attempt: number;
}

export function untilFinished(
  platform: Platform,
  id: string,
  token?: string,
  timeoutMs = FINISH_MS,
): Promise<EndedJob> {
  return waitFor(
    async () => {
      const job = await platform.call<EndedJob>('GET', `/v1/jobs/${id}?wait=20s`, undefined, token);
      return ['succeeded', 'failed', 'cancelled', 'expired'].includes(job.state) ? job : undefined;
    },
    { what: `the end of job ${id}`, timeoutMs, intervalMs: 50 },
  );
}

export async function uploadFile(
  platform: Platform,
  content: Buffer,
  token?: string,
  name = 'sown.txt',
): Promise<string> {
  const request = {
    method: 'POST',
    path: '/v1/files',
    headers: {
      'content-type': 'application/octet-stream',
      'x-file-name': encodeURIComponent(name),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: content,
  };
  const answer = await platform.send(request);
  if (answer.status !== 201) throw new Error(describeExchange(request, answer));
  return (JSON.parse(answer.text) as { id: string }).id;
}

/** Undefined where the storage has no URLs of its own. */
async function beginUpload(platform: Platform, content: Buffer, token?: string): Promise<string | undefined> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const body = { name: 'sown.bin', contentType: 'application/octet-stream', size: content.length, sha256 };
  try {
    return (await platform.call<{ id: string }>('POST', '/v1/files/uploads', body, token)).id;
  } catch (error) {
    if ((error as Error).message.includes('files.presign-unsupported')) return undefined;
    throw error;
  }
}
