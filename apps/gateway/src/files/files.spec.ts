import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FileStore, Presign } from '@windlass/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

interface Stored {
  id: string;
  name: string;
  size: number;
  sha256: string;
  contentType: string;
  state: string;
}
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

let test: TestGateway;
beforeAll(async () => {
  test = await startGateway({ env: { MAX_FILE_BYTES: '3000000' } });
});
afterAll(() => test.stop());

async function stored(answer: Response): Promise<Stored> {
  const text = await answer.text();
  expect(answer.status, text).toBe(201);
  return JSON.parse(text) as Stored;
}

describe('an upload', () => {
  it('is streamed in, measured, and comes back as it was', async () => {
    const bytes = randomBytes(2_500_000);
    const headers = {
      'content-type': 'model/step',
      'x-file-name': encodeURIComponent('žlutý díl.step'),
      'x-content-sha256': sha256(bytes),
    };
    const answer = await test.call('POST', '/v1/files', { body: bytes, headers });
    const file = await stored(answer);
    expect(file).toMatchObject({
      name: 'žlutý díl.step',
      size: bytes.length,
      sha256: sha256(bytes),
      contentType: 'model/step',
      state: 'stored',
    });
    expect(answer.headers.get('location')).toBe(`/v1/files/${file.id}`);
    const content = await test.call('GET', `/v1/files/${file.id}/content`);
    expect(content.headers.get('content-length')).toBe(String(bytes.length));
    expect(content.headers.get('x-content-type-options')).toBe('nosniff');
    expect(content.headers.get('content-disposition')).toContain("filename*=UTF-8''%C5%BElut%C3%BD%20d%C3%ADl.step");
    expect(Buffer.compare(Buffer.from(await content.arrayBuffer()), bytes)).toBe(0);
    expect(await (await test.call('GET', `/v1/files/${file.id}`)).json()).toEqual(file);
    const again = await test.call('GET', `/v1/files/${file.id}/content`, {
      headers: { 'if-none-match': content.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
    const head = await test.call('HEAD', `/v1/files/${file.id}/content`);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
  });

  it('of unknown length works', async () => {
    const body = Readable.toWeb(Readable.from([Buffer.from('ab'), Buffer.from('c')])) as ReadableStream<Uint8Array>;
    const file = await stored(
      await test.call('POST', '/v1/files', { body, headers: { 'content-type': 'text/plain' } }),
    );
    expect(file).toMatchObject({ size: 3, sha256: sha256('abc'), name: 'file' });
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'text/html', 'application/x-www-form-urlencoded'])(
    'is never parsed, whatever its type: %s',
    async (contentType) => {
      const file = await stored(
        await test.call('POST', '/v1/files', { body: '{"not": json', headers: { 'content-type': contentType } }),
      );
      expect(file).toMatchObject({ size: 12, contentType });
    },
  );

  it('may be empty', async () => {
    expect(await stored(await test.call('POST', '/v1/files', {}))).toMatchObject({
      size: 0,
      sha256: sha256(''),
      contentType: 'application/octet-stream',
    });
  });

  it.each([
    ['attachment; filename="a \\"b\\".step"', 'a "b".step'],
    ['attachment; filename="x"; filename*=UTF-8\'\'na%C3%AFve.txt', 'naïve.txt'],
    ['attachment; filename=plain.txt', 'plain.txt'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ['attachment; filename="C:\\\\temp\\\\x.txt"', 'x.txt'],
    ['attachment; filename=".."', 'file'],
  ])('is named by Content-Disposition: %s', async (disposition, name) => {
    const headers = { 'content-type': 'text/plain', 'content-disposition': disposition };
    expect(await stored(await test.call('POST', '/v1/files', { body: 'x', headers }))).toMatchObject({ name });
  });

  it('may be a form, its fields skipped', async () => {
    const form = new FormData();
    form.append('comment', 'a field');
    const bytes = randomBytes(1_000_000);
    form.append('file', new Blob([bytes], { type: 'image/png' }), 'picture.png');
    const file = await stored(await test.call('POST', '/v1/files', { body: form }));
    expect(file).toMatchObject({
      name: 'picture.png',
      contentType: 'image/png',
      size: bytes.length,
      sha256: sha256(bytes),
    });
  });

  it.each([
    [
      'a body',
      () => ({
        body: Readable.toWeb(Readable.from([Buffer.alloc(3_000_001)])) as ReadableStream<Uint8Array>,
        headers: { 'content-type': 'text/plain' },
      }),
    ],
    [
      'a form',
      () => {
        const form = new FormData();
        form.append('file', new Blob([Buffer.alloc(3_000_001)]), 'big');
        return { body: form };
      },
    ],
  ])('that is too large is answered 413 although it has no length to refuse by: %s', async (_name, options) => {
    const rows = test.core.files.size;
    const answer = await test.call('POST', '/v1/files', options());
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'files.too-large' });
    // Nothing is left of it: no row, no object.
    await expect.poll(() => test.core.files.size).toBe(rows);
  });

  it('that the client breaks off leaves nothing behind', async () => {
    const rows = test.core.files.size;
    const gone = new AbortController();
    const begun = new Promise<void>((resolve) => {
      const body = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          controller.enqueue(new Uint8Array(1000));
          await expect.poll(() => test.core.files.size).toBe(rows + 1);
          resolve();
          await new Promise(() => undefined);
        },
      });
      const init = {
        method: 'POST',
        body,
        duplex: 'half',
        signal: gone.signal,
        headers: { authorization: '', 'content-type': 'text/plain' },
      };
      void sign({}).then((token) => {
        init.headers.authorization = `Bearer ${token}`;
        return fetch(`${test.url}/v1/files`, init as RequestInit).catch(() => undefined);
      });
    });
    await begun;
    gone.abort();
    await expect.poll(() => test.core.files.size).toBe(rows);
    expect(test.log.filter((line) => line.includes('internal.bug'))).toEqual([]);
  });

  it("is not another tenant's to see", async () => {
    const file = await stored(
      await test.call('POST', '/v1/files', { body: 'secret', headers: { 'content-type': 'text/plain' } }),
    );
    const token = await sign({ claims: { tenant: 'other' } });
    for (const path of ['', '/content']) {
      const answer = await test.call('GET', `/v1/files/${file.id}${path}`, { token });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: 'files.unknown' });
    }
  });

  it('that somebody changed in the storage is refused at download', async () => {
    const file = await stored(
      await test.call('POST', '/v1/files', { body: 'good', headers: { 'content-type': 'text/plain' } }),
    );
    const key = test.core.files.get(file.id)?.key ?? '';
    await test.files.put(key, Readable.from([Buffer.from('evil')]), { contentType: 'text/plain', maxBytes: 10 });
    const answer = await test.call('GET', `/v1/files/${file.id}/content`);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'files.changed' });
  });
});

describe('a direct upload', () => {
  let direct: TestGateway;
  const parts = new Map<string, { part: number; etag: string }[]>();
  const aborted: string[] = [];
  beforeAll(async () => {
    direct = await startGateway({
      env: { MAX_FILE_BYTES: '200000000' },
      files: (store) => withPresign(store, parts, aborted),
    });
  });
  afterAll(() => direct.stop());

  const announce = (json: object) => direct.call('POST', '/v1/files/uploads', { json });
  const complete = (id: string, json?: object) =>
    direct.call('POST', `/v1/files/uploads/${id}/complete`, json ? { json } : {});
  const send = (id: string, text: string) =>
    direct.files.put(direct.core.files.get(id)?.key ?? '', Readable.from([Buffer.from(text)]), {
      contentType: 'text/plain',
      maxBytes: 100,
    });
  const file = { name: 'a.txt', contentType: 'text/plain', size: 3, sha256: sha256('abc') };

  it('begins with a URL, and is stored once the bytes match; completing it again answers the same', async () => {
    const upload = (await stored(await announce(file))) as unknown as {
      id: string;
      put: { url: string; headers: object };
    };
    const key = direct.core.files.get(upload.id)?.key;
    expect(upload.put).toEqual({ url: `https://files.test/${key}?size=3`, headers: { 'content-type': 'text/plain' } });
    expect(key).toBe(`tenants/acme/files/${upload.id}`);
    expect((await complete(upload.id)).status).toBe(409);
    expect((await direct.call('GET', `/v1/files/${upload.id}/content`)).status).toBe(409);
    await send(upload.id, 'abc');
    const answer = await complete(upload.id);
    expect(answer.status).toBe(200);
    const done = await answer.json();
    expect(done).toMatchObject({ id: upload.id, state: 'stored', size: 3 });
    expect(await (await complete(upload.id, {})).json()).toEqual(done);
    const redirected = await direct.call('GET', `/v1/files/${upload.id}/content?redirect=true`);
    expect([redirected.status, redirected.headers.get('location')]).toEqual([
      302,
      `https://files.test/${key}?name=a.txt`,
    ]);
  });

  it.each([
    ['size', 'abcd'],
    ['content', 'xyz'],
  ])('whose %s is another is refused', async (_what, text) => {
    const { id } = await stored(await announce(file));
    await send(id, text);
    const answer = await complete(id);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: 'files.checksum-mismatch' });
    expect((await direct.call('GET', `/v1/files/${id}/content`)).status).toBe(409);
  });

  it('of a large file goes in parts', async () => {
    const upload = (await stored(await announce({ ...file, size: 100_000_000 }))) as unknown as {
      id: string;
      multipart: { partSize: number; parts: { part: number; url: string }[] };
    };
    expect(upload.multipart.partSize).toBe(16_777_216);
    expect(upload.multipart.parts.map((part) => part.part)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await complete(upload.id)).status).toBe(400);
    await complete(upload.id, { parts: [{ part: 1, etag: '"e1"' }] });
    expect(parts.get(direct.core.files.get(upload.id)?.key ?? '')).toEqual([{ part: 1, etag: '"e1"' }]);
  });

  it('given up is forgotten, in the storage too', async () => {
    const { id } = await stored(await announce({ ...file, size: 100_000_000 }));
    const key = direct.core.files.get(id)?.key ?? '';
    expect((await direct.call('DELETE', `/v1/files/uploads/${id}`)).status).toBe(204);
    expect(aborted).toContain(key);
    expect((await complete(id)).status).toBe(404);
    expect((await direct.call('DELETE', `/v1/files/uploads/${id}`)).status).toBe(404);
  });

  it('that is too large is refused before it begins', async () => {
    expect((await announce({ ...file, size: 200_000_001 })).status).toBe(413);
  });

  it("is not another tenant's to complete or give up", async () => {
    const { id } = await stored(await announce(file));
    const token = await sign({ claims: { tenant: 'other' } });
    expect((await direct.call('POST', `/v1/files/uploads/${id}/complete`, { token })).status).toBe(404);
    expect((await direct.call('DELETE', `/v1/files/uploads/${id}`, { token })).status).toBe(404);
    expect(direct.core.files.has(id)).toBe(true);
  });
});

/** The directory store with URLs, as an S3 store has them. */
function withPresign(
  store: FileStore,
  parts: Map<string, { part: number; etag: string }[]>,
  aborted: string[],
): FileStore {
  const presign: Presign = {
    putUrl: async (key, { size }) => `https://files.test/${key}?size=${size}`,
    getUrl: async (key, { fileName }) => `https://files.test/${key}?name=${fileName}`,
    startMultipart: async () => ({ uploadId: 'u1' }),
    partUrl: async (key, { part }) => `https://files.test/${key}?part=${part}`,
    completeMultipart: async (key, options) => void parts.set(key, options.parts),
    abortMultipart: async (key) => void aborted.push(key),
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'presign') return presign;
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
