import { randomUUID } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFault, failingAfter, patterned, sha256Of, streamOf } from './content.fixture.js';
import type { FileStore } from './file-store.js';

export interface ConformanceStore {
  store: FileStore;
  /** What unfinished writes left in the storage: files aside, open multipart uploads. */
  unfinished(): Promise<string[]>;
  dispose(): Promise<void>;
}

const MIB = 1024 * 1024;
const ANY = { contentType: 'application/octet-stream', maxBytes: 64 * MIB };

/** What every adapter of the files port guarantees. */
export function fileStoreConformance(name: string, makeStore: () => Promise<ConformanceStore>): void {
  describe(`files port: ${name}`, () => {
    let made: ConformanceStore;
    let store: FileStore;
    const folder = () => `tenants/t/jobs/${randomUUID()}/`;
    const newKey = () => `${folder()}object.bin`;
    const expectNothing = async (key: string) => {
      expect(await store.stat(key)).toBeUndefined();
      expect(await made.unfinished()).toEqual([]);
    };
    beforeAll(async () => {
      made = await makeStore();
      store = made.store;
    });
    afterAll(async () => {
      await store?.close();
      await made?.dispose();
    });

    describe('what was put is got back', () => {
      it.each([
        ['an empty object', 0],
        ['a small object', 1234],
        ['an object of exactly one part', 8 * MIB],
        ['a stream of 20 MB', 20_000_000],
      ])('%s, byte for byte, with its SHA-256 and one ETag everywhere', async (_, size) => {
        const key = newKey();
        const bytes = patterned(size);
        const stored = await store.put(key, streamOf(bytes), { ...ANY, sha256: sha256Of(bytes) });
        expect(stored).toMatchObject({ size, sha256: sha256Of(bytes) });
        expect(stored.etag).not.toBe('');
        expect(await store.stat(key)).toEqual({ size, etag: stored.etag });
        const got = await store.get(key, { expect: stored });
        expect({ size: got.size, etag: got.etag }).toEqual({ size, etag: stored.etag });
        expect(sha256Of(await buffer(got.content))).toBe(stored.sha256);
        expect(await made.unfinished()).toEqual([]);
      });

      it('exactly maxBytes is allowed, and text chunks count as UTF-8', async () => {
        const key = newKey();
        await store.put(key, Readable.from(['ä', '', 'b']), { ...ANY, maxBytes: 3 });
        expect((await buffer((await store.get(key)).content)).toString()).toBe('äb');
      });

      it('a second put replaces the object as a whole and changes its ETag', async () => {
        const key = newKey();
        const first = await store.put(key, streamOf(Buffer.from('first')), ANY);
        const second = await store.put(key, streamOf(Buffer.from('secnd')), ANY);
        expect(second.etag).not.toBe(first.etag);
        expect((await buffer((await store.get(key)).content)).toString()).toBe('secnd');
      });

      it('a key and keys below it stand side by side', async () => {
        const key = newKey();
        await store.put(key, streamOf(Buffer.from('above')), ANY);
        await store.put(`${key}/below`, streamOf(Buffer.from('below')), ANY);
        await store.delete(`${key}/below`);
        expect((await buffer((await store.get(key)).content)).toString()).toBe('above');
      });
    });

    describe('a put that fails leaves nothing and destroys its source', () => {
      it.each([
        ['small', 100, 99],
        ['large', 20_000_000, 12_000_000],
      ])('too large, %s', async (_, size, maxBytes) => {
        const key = newKey();
        const content = streamOf(patterned(size));
        await expectFault(store.put(key, content, { ...ANY, maxBytes }), 'files.too-large');
        expect(content.destroyed).toBe(true);
        await expectNothing(key);
      });

      it.each([
        ['small', 100],
        ['large', 20_000_000],
      ])('another checksum than announced, %s', async (_, size) => {
        const key = newKey();
        const content = streamOf(patterned(size));
        await expectFault(store.put(key, content, { ...ANY, sha256: '0'.repeat(64) }), 'files.checksum-mismatch');
        await expectNothing(key);
      });

      it.each([
        ['before its first byte', 0],
        ['early', 100],
        ['late', 18_000_000],
      ])('a source that fails %s, with its own error', async (_, size) => {
        const key = newKey();
        const broken = new Error('the client went away');
        await expect(store.put(key, failingAfter(size, broken), ANY)).rejects.toBe(broken);
        await expectNothing(key);
      });

      it('a source that had failed before the call', async () => {
        const key = newKey();
        const content = new PassThrough();
        content.on('error', () => undefined).destroy(new Error('gone'));
        await expect(store.put(key, content, ANY)).rejects.toThrow('gone');
        await expectNothing(key);
      });

      it.each([
        ['early', 100],
        ['late', 18_000_000],
      ])('a source that is cut off %s', async (_, size) => {
        const key = newKey();
        await expect(store.put(key, failingAfter(size, undefined), ANY)).rejects.toThrow('Premature close');
        await expectNothing(key);
      });

      it('aborted by its signal while the source is silent, with the reason', async () => {
        const key = newKey();
        const content = new PassThrough();
        content.write(patterned(10 * MIB));
        const reason = new Error('drained');
        const controller = new AbortController();
        const put = store.put(key, content, { ...ANY, signal: controller.signal });
        content.write(patterned(10 * MIB), () => controller.abort(reason));
        await expect(put).rejects.toBe(reason);
        expect(content.destroyed).toBe(true);
        await expectNothing(key);
      });

      it('aborted before it began', async () => {
        const key = newKey();
        const reason = new Error('drained');
        const content = streamOf(patterned(10));
        await expect(store.put(key, content, { ...ANY, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
        expect(content.destroyed).toBe(true);
        await expectNothing(key);
      });

      it('and keeps what stood under the key before', async () => {
        const key = newKey();
        await store.put(key, streamOf(Buffer.from('good')), ANY);
        await expectFault(store.put(key, streamOf(Buffer.from('bad')), { ...ANY, maxBytes: 1 }), 'files.too-large');
        expect((await buffer((await store.get(key)).content)).toString()).toBe('good');
      });
    });

    describe('a get refuses what is not the recorded object', () => {
      it('missing is files.unknown, and stat is undefined', async () => {
        await expectFault(store.get(newKey()), 'files.unknown');
        expect(await store.stat(newKey())).toBeUndefined();
      });

      it('other content of the same size, or another size, is files.changed', async () => {
        const key = newKey();
        const recorded = await store.put(key, streamOf(Buffer.from('first')), ANY);
        await expectFault(store.get(key, { expect: { ...recorded, size: 6 } }), 'files.changed');
        await store.put(key, streamOf(Buffer.from('secnd')), ANY);
        await expectFault(store.get(key, { expect: recorded }), 'files.changed');
      });

      it('bytes without the recorded SHA-256 never reach the reader as a whole', async () => {
        const key = newKey();
        const { size, etag } = await store.put(key, streamOf(patterned(200_000)), ANY);
        let seen = 0;
        const read = async () => {
          const { content } = await store.get(key, { expect: { size, etag, sha256: 'f'.repeat(64) } });
          for await (const chunk of content) seen += chunk.length;
        };
        await expectFault(read(), 'files.changed');
        expect(seen).toBeLessThan(size);
      });

      it('an abort ends the stream with the reason', async () => {
        const key = newKey();
        await store.put(key, streamOf(patterned(4 * MIB)), ANY);
        const controller = new AbortController();
        const reason = new Error('drained');
        const { content } = await store.get(key, { signal: controller.signal });
        content.once('data', () => controller.abort(reason));
        await expect(buffer(content)).rejects.toBe(reason);
        await expect(store.get(key, { signal: controller.signal })).rejects.toBe(reason);
      });

      it('a reader that leaves half-way disturbs nobody', async () => {
        const key = newKey();
        const stored = await store.put(key, streamOf(patterned(4 * MIB)), ANY);
        for (let reader = 0; reader < 60; reader += 1) (await store.get(key)).content.destroy();
        for await (const _ of (await store.get(key)).content) break;
        expect(sha256Of(await buffer((await store.get(key)).content))).toBe(stored.sha256);
      });
    });

    it('delete removes, and deleting twice is fine', async () => {
      const key = newKey();
      await store.put(key, streamOf(patterned(20_000_000)), ANY);
      await store.delete(key);
      await expectNothing(key);
      await store.delete(key);
    });

    it('list goes through all keys below a prefix in byte order, page by page', async () => {
      const root = folder();
      const names = ['a', 'a-b', 'a.b', 'a/b', 'a/c/d', 'a0', 'B', 'b_c', 'c/z', 'z'];
      for (const name of names) await store.put(root + name, streamOf(Buffer.from(name)), ANY);
      await store.put(`${root.slice(0, -1)}x/other`, streamOf(Buffer.alloc(0)), ANY);
      const sorted = names.map((name) => root + name).sort();
      expect(await store.list(root, { limit: 1000 })).toEqual(sorted);
      const paged: string[] = [];
      for (let page = await store.list(root, { limit: 3 }); page.length > 0; ) {
        expect(page.length).toBeLessThanOrEqual(3);
        paged.push(...page);
        page = await store.list(root, { limit: 3, after: paged.at(-1)! });
      }
      expect(paged).toEqual(sorted);
      expect(await store.list(root, { limit: 9, after: `${root}a/bb` })).toEqual(
        sorted.filter((key) => key > `${root}a/bb`),
      );
      expect(await store.list(`${root}a/`, { limit: 9 })).toEqual([`${root}a/b`, `${root}a/c/d`]);
      expect(await store.list(`${root}none/`, { limit: 9 })).toEqual([]);
      expect(await store.list(root, { limit: 0 })).toEqual([]);
    });

    it.each(HOSTILE_KEYS)('the key %j is refused by every call', async (key) => {
      const content = streamOf(patterned(1));
      await expectFault(store.put(key, content, ANY), 'files.key-invalid');
      expect(content.destroyed).toBe(true);
      await expectFault(store.get(key), 'files.key-invalid');
      await expectFault(store.stat(key), 'files.key-invalid');
      await expectFault(store.delete(key), 'files.key-invalid');
      await expectFault(store.list(`${key}/`, { limit: 1 }), 'files.key-invalid');
      await expectFault(store.list('', { limit: 1, after: key }), 'files.key-invalid');
    });

    it('a prefix that ends amid a segment is refused', async () => {
      await expectFault(store.list('tenants', { limit: 1 }), 'files.key-invalid');
    });

    it('check passes', async () => {
      await store.check(5000);
    });
  });
}

const HOSTILE_KEYS = [
  '',
  '/',
  '/etc/passwd',
  '..',
  '../x',
  'a/../../x',
  'a/./b',
  'a//b',
  'a/',
  'a\\..\\b',
  'a\0b',
  'a\nb',
  'a b',
  'a%2e%2e',
  'ä',
  'a?x=1',
  'a@1',
  'C:x',
  'x'.repeat(201),
  `${'x/'.repeat(256)}x`,
];
