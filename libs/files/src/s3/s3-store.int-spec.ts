import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFault, patterned, sha256Of, streamOf } from '../content.fixture.js';
import type { FileStore, Presign } from '../file-store.js';
import { createS3Store } from './create-s3-store.js';
import { openTestBucket, type TestBucket } from './test-bucket.fixture.js';

const TYPE = 'model/gltf-binary';
const ANY = { contentType: TYPE, maxBytes: 64 * 1024 * 1024 };

describe('the S3 store', () => {
  let target: TestBucket;
  let store: FileStore;
  let presign: Presign;
  const newKey = () => `tenants/t/files/${randomUUID()}`;
  const send = (url: string, body: Buffer, headers: Record<string, string> = { 'content-type': TYPE }) =>
    fetch(url, { method: 'PUT', body: new Uint8Array(body), headers });

  beforeAll(async () => {
    target = await openTestBucket();
    store = createS3Store({ ...target.options, publicEndpoint: target.options.endpoint });
    presign = store.presign!;
  });
  afterAll(async () => {
    await store?.close();
    await target?.dispose();
  });

  it('has presigned URLs only where clients can reach the storage', async () => {
    const inner = createS3Store(target.options);
    expect(inner.presign).toBeUndefined();
    await inner.close();
  });

  it.each([
    ['secret', { secretAccessKey: 'wrong' }],
    ['account', { accessKeyId: 'nobody' }],
    ['bucket', { bucket: 'there-is-none' }],
  ])('a wrong %s is files.unavailable, and check says so', async (_, wrong) => {
    const refused = createS3Store({ ...target.options, ...wrong });
    await expectFault(refused.check(5000), 'files.unavailable');
    await expectFault(refused.put(newKey(), streamOf(patterned(10)), ANY), 'files.unavailable');
    await expectFault(refused.put(newKey(), streamOf(patterned(20_000_000)), ANY), 'files.unavailable');
    await expectFault(refused.list('', { limit: 1 }), 'files.unavailable');
    await refused.close();
  });

  it('the cause of a refusal names the reason, not the credentials', async () => {
    const refused = createS3Store({ ...target.options, secretAccessKey: 'wrong-and-private' });
    const error: unknown = await refused.check(5000).catch((reason: unknown) => reason);
    const cause = (error as Error).cause as Error;
    expect(cause.message).toContain('HTTP 403');
    expect(JSON.stringify({ ...cause, message: cause.message, stack: cause.stack })).not.toMatch(
      /wrong-and-private|Credential=|Signature=/,
    );
    await refused.close();
  });

  describe('a presigned PUT', () => {
    const bytes = patterned(1000);
    const urlFor = (key: string, expiresInSeconds = 60) =>
      presign.putUrl(key, { contentType: TYPE, size: bytes.length, expiresInSeconds });

    it('stores exactly the announced object', async () => {
      const key = newKey();
      expect((await send(await urlFor(key), bytes)).status).toBe(200);
      expect(await store.stat(key)).toMatchObject({ size: 1000 });
      expect(sha256Of(await buffer((await store.get(key)).content))).toBe(sha256Of(bytes));
    });

    it.each([
      ['more bytes', patterned(1001), TYPE],
      ['fewer bytes', patterned(999), TYPE],
      ['another type', bytes, 'text/html'],
    ])('refuses %s', async (_, body, type) => {
      const key = newKey();
      expect((await send(await urlFor(key), body, { 'content-type': type })).status).toBe(403);
      expect(await store.stat(key)).toBeUndefined();
    });

    it('refuses another method, another key and a changed URL', async () => {
      const key = newKey();
      const url = await urlFor(key);
      expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
      expect((await fetch(url)).status).toBe(403);
      expect((await send(url.replace(key, `${key}x`), bytes)).status).toBe(403);
      expect((await send(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'), bytes)).status).toBe(403);
      expect(await store.stat(key)).toBeUndefined();
    });

    it('refuses when it has expired', async () => {
      const key = newKey();
      const url = await urlFor(key, 1);
      await expect.poll(async () => (await send(url, bytes)).status, { timeout: 10_000, interval: 250 }).toBe(403);
    });
  });

  describe('a presigned GET', () => {
    it('hands the object out under the name and type that were asked for', async () => {
      const key = newKey();
      await store.put(key, streamOf(Buffer.from('content')), ANY);
      const options = { fileName: 'Grundriß "1".glb', contentType: 'text/plain', expiresInSeconds: 60 };
      const answer = await fetch(await presign.getUrl(key, options));
      expect(await answer.text()).toBe('content');
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
      expect(answer.headers.get('content-disposition')).toBe(
        `attachment; filename="Grundri_ _1_.glb"; filename*=UTF-8''Grundri%C3%9F%20%221%22.glb`,
      );
    });

    it('writes nothing', async () => {
      const key = newKey();
      const url = await presign.getUrl(key, { fileName: 'a', contentType: TYPE, expiresInSeconds: 60 });
      expect((await send(url, Buffer.from('x'))).status).toBe(403);
      expect(await store.stat(key)).toBeUndefined();
    });
  });

  describe('a presigned multipart upload', () => {
    const first = patterned(5 * 1024 * 1024);
    const second = Buffer.from('the end');
    const sendPart = async (key: string, uploadId: string, part: number, body: Buffer) => {
      const answer = await send(await presign.partUrl(key, { uploadId, part, expiresInSeconds: 60 }), body, {});
      expect(answer.status).toBe(200);
      return { part, etag: answer.headers.get('etag')! };
    };

    it('puts the parts together in their order, whatever order they are named in', async () => {
      const key = newKey();
      const { uploadId } = await presign.startMultipart(key, { contentType: TYPE });
      const parts = [await sendPart(key, uploadId, 2, second), await sendPart(key, uploadId, 1, first)];
      expect(await store.stat(key)).toBeUndefined();
      await presign.completeMultipart(key, { uploadId, parts });
      expect(await store.stat(key)).toMatchObject({ size: first.length + second.length });
      expect(sha256Of(await buffer((await store.get(key)).content))).toBe(sha256Of(Buffer.concat([first, second])));
      expect(await target.unfinished()).toEqual([]);
    });

    it('refuses parts that were not sent, and leaves nothing once aborted', async () => {
      const key = newKey();
      const { uploadId } = await presign.startMultipart(key, { contentType: TYPE });
      const sent = await sendPart(key, uploadId, 1, first);
      const parts = [{ ...sent, etag: '"00000000000000000000000000000000"' }];
      await expectFault(presign.completeMultipart(key, { uploadId, parts }), 'files.checksum-mismatch');
      await presign.abortMultipart(key, { uploadId });
      await presign.abortMultipart(key, { uploadId });
      await expectFault(presign.completeMultipart(key, { uploadId, parts: [sent] }), 'files.upload-unknown');
      expect(await store.stat(key)).toBeUndefined();
      expect(await target.unfinished()).toEqual([]);
    });
  });

  it('hostile keys are refused before anything is signed', async () => {
    const options = {
      contentType: TYPE,
      size: 1,
      expiresInSeconds: 60,
      fileName: 'a',
      uploadId: 'u',
      part: 1,
      parts: [],
    };
    for (const key of ['../x', 'a//b', '', 'a?b']) {
      await expectFault(presign.putUrl(key, options), 'files.key-invalid');
      await expectFault(presign.getUrl(key, options), 'files.key-invalid');
      await expectFault(presign.partUrl(key, options), 'files.key-invalid');
      await expectFault(presign.startMultipart(key, options), 'files.key-invalid');
      await expectFault(presign.completeMultipart(key, options), 'files.key-invalid');
      await expectFault(presign.abortMultipart(key, options), 'files.key-invalid');
    }
  });

  it('a prefix of the store is invisible in its keys and separates it from others', async () => {
    const key = newKey();
    const shared = createS3Store({ ...target.options, prefix: 'one/' });
    await shared.put(key, streamOf(Buffer.from('content')), ANY);
    expect(await shared.list('', { limit: 9 })).toEqual([key]);
    expect(await store.stat(key)).toBeUndefined();
    expect(await store.stat(`one/${key}`)).toMatchObject({ size: 7 });
    await shared.close();
  });
});
