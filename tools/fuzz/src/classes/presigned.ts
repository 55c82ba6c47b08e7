import { createHash } from 'node:crypto';
import { type FuzzAnswer, sendRequest } from '../http/send-request.js';
import type { Platform } from '../platform/platform.js';
import { MISSING_ID } from '../platform/sow-objects.js';
import type { Tally } from '../report/tally.js';

const CONTENT = 'what was announced';
const TYPE = 'text/plain';

interface Begun {
  id: string;
  put: { url: string; headers: Record<string, string> };
}

/** URLs of the storage, bent in every way: what the gateway has not checked never counts as a file. */
export async function fuzzPresigned(platform: Platform, tally: Tally): Promise<void> {
  const other = await platform.tokenFor({ tenant: 'presigned-b' });
  const bent: [string, (url: string) => string, string?][] = [
    ['another key', (url) => url.replace('?', 'x?')],
    ["another tenant's key", (url) => url.replace('/tenants/fuzz/', '/tenants/presigned-b/')],
    ['a key out of the prefix', (url) => url.replace(/tenants\/[^?]*/, 'x')],
    ['no signature', (url) => url.replace(/[?&]X-Amz-Signature=[^&]*/, '')],
    ['a changed signature', (url) => url.replace(/(X-Amz-Signature=)[^&]*/, `$1${'0'.repeat(64)}`)],
    ['a longer life', (url) => url.replace(/(X-Amz-Expires=)[^&]*/, '$1604800')],
    ['another date', (url) => url.replace(/(X-Amz-Date=)[^&]*/, '$120200101T000000Z')],
    ['no query at all', (url) => url.replace(/\?.*/, '')],
    ['GET', (url) => url, 'GET'],
    ['DELETE', (url) => url, 'DELETE'],
    ['POST', (url) => url, 'POST'],
  ];
  for (const [name, bend, method = 'PUT'] of bent) {
    await tally.run(`a presigned URL with ${name}`, async () => {
      const { put } = await begin(platform);
      const url = bend(put.url);
      if (method === 'PUT' && url === put.url) return ['the URL has no such part'];
      const { status } = await storage(url, method, put.headers, method === 'PUT' ? CONTENT : undefined);
      return status >= 400 ? [] : [`the storage answers ${status}`];
    });
  }
  const contents: [string, string | undefined][] = [
    ['nothing sent', undefined],
    ['other content of the same size', 'x'.repeat(CONTENT.length)],
    ['less than announced', CONTENT.slice(1)],
    ['more than announced', `${CONTENT}!`],
    ['nothing in it', ''],
  ];
  for (const [name, content] of contents) {
    await tally.run(`an upload with ${name}`, async () => {
      const { id, put } = await begin(platform);
      if (content !== undefined) await storage(put.url, 'PUT', put.headers, content);
      const { status } = await platform.send({ method: 'POST', path: `/v1/files/uploads/${id}/complete` });
      const read = await platform.send({ method: 'GET', path: `/v1/files/${id}/content` });
      return [
        ...(status === 409 || status === 422 ? [] : [`its completion answers ${status}`]),
        ...(read.status === 200 ? ['it can be read'] : []),
      ];
    });
  }
  await tally.run('a file that is written again after its check', () => judgeOverwritten(platform));
  await tally.run("a job with another tenant's upload that has not arrived", async () => {
    const { id } = await begin(platform, other);
    const seen = await platform.send({ method: 'GET', path: `/v1/files/${id}` });
    const missing = await platform.send({ method: 'GET', path: `/v1/files/${MISSING_ID}` });
    return seen.status === missing.status ? [] : [`${seen.status} instead of ${missing.status}`];
  });
}

async function judgeOverwritten(platform: Platform): Promise<string[]> {
  const { id, put } = await begin(platform);
  await storage(put.url, 'PUT', put.headers, CONTENT);
  const done = await platform.send({ method: 'POST', path: `/v1/files/uploads/${id}/complete` });
  if (done.status !== 200) return [`the honest completion answers ${done.status}: ${done.text}`];
  const again = await storage(put.url, 'PUT', put.headers, 'x'.repeat(CONTENT.length));
  const read = await platform.send({ method: 'GET', path: `/v1/files/${id}/content` }).catch(() => undefined);
  if (again.status >= 400) return read?.status === 200 ? [] : [`unchanged, it answers ${read?.status}`];
  return read?.text.includes('xxx') ? ['what nobody has checked is served'] : [];
}

async function begin(platform: Platform, token?: string): Promise<Begun> {
  const sha256 = createHash('sha256').update(CONTENT).digest('hex');
  const body = { name: 'a.txt', contentType: TYPE, size: CONTENT.length, sha256 };
  return platform.call<Begun>('POST', '/v1/files/uploads', body, token);
}

function storage(url: string, method: string, headers: Record<string, string>, body?: string): Promise<FuzzAnswer> {
  const { origin, pathname, search } = new URL(url);
  return sendRequest(origin, {
    method,
    path: `${pathname}${search}`,
    headers,
    ...(body === undefined ? {} : { body }),
  });
}
