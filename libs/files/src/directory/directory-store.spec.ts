import { execFile } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectFault } from '../content.fixture.js';
import type { FileStore } from '../file-store.js';
import { createDirectoryStore } from './create-directory-store.js';

const ANY = { contentType: 'text/plain', maxBytes: 1000 };
const text = (content: string) => Readable.from([Buffer.from(content)]);

describe('the directory store', () => {
  let parent: string;
  let root: string;
  let store: FileStore;
  const objects = (...path: string[]) => join(root, 'objects', ...path);
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'windlass-directory-'));
    root = join(parent, 'files');
    store = createDirectoryStore({ root });
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('has no presigned URLs', () => {
    expect(store.presign).toBeUndefined();
  });

  it('is readable by its owner only', async () => {
    await store.put('a/b', text('secret'), ANY);
    for (const directory of [root, objects(), objects('a'), join(root, 'incoming')]) {
      expect((await stat(directory)).mode & 0o777).toBe(0o700);
    }
    expect((await stat(objects('a/b@1'))).mode & 0o777).toBe(0o600);
  });

  it('keeps ETag and content through a copy that loses inodes and times', async () => {
    const recorded = await store.put('a/b', text('content'), ANY);
    await promisify(execFile)('cp', ['-r', root, `${root}-restored`]);
    const restored = createDirectoryStore({ root: `${root}-restored` });
    const { content } = await restored.get('a/b', { expect: recorded });
    expect((await buffer(content)).toString()).toBe('content');
  });

  it('finds bytes that were changed in place, though size and ETag still agree', async () => {
    const recorded = await store.put('a', text('content'), ANY);
    const file = await open(objects('a@1'), 'r+');
    await file.write('C', 0);
    await file.close();
    const { content } = await store.get('a', { expect: recorded });
    await expectFault(buffer(content), 'files.changed');
  });

  it.each([0, 10, 85])('finds a file that was cut to %d bytes', async (size) => {
    await store.put('a', text('content'), ANY);
    await truncate(objects('a@1'), size);
    await expectFault(store.get('a'), 'files.changed');
    await expectFault(store.stat('a'), 'files.changed');
  });

  it('finds a file that grew', async () => {
    await store.put('a', text('content'), ANY);
    await appendFile(objects('a@1'), 'x');
    await expectFault(store.get('a'), 'files.changed');
  });

  it('follows no link out of the root, neither to read nor to write nor to list nor to delete', async () => {
    const outside = join(parent, 'outside');
    await store.put('inside/a', text('content'), ANY);
    await rename(objects('inside'), outside);
    await symlink(outside, objects('inside'));
    await symlink(join(outside, 'a@1'), objects('link@1'));
    for (const key of ['inside/a', 'link']) {
      await expectFault(store.get(key), 'files.unknown');
      expect(await store.stat(key)).toBeUndefined();
    }
    await store.delete('inside/a');
    await expectFault(store.put('inside/b', text('content'), ANY), 'files.unavailable');
    await expectFault(store.put('inside/c/d', text('content'), ANY), 'files.unavailable');
    expect(await store.list('', { limit: 9 })).toEqual([]);
    expect(await store.list('inside/', { limit: 9 })).toEqual([]);
    await store.put('link', text('mine'), ANY);
    expect(await readdir(outside)).toEqual(['a@1']);
    expect(await readFile(join(outside, 'a@1'), 'utf8')).toMatch(/^content\n/);
    expect((await buffer((await store.get('link')).content)).toString()).toBe('mine');
  });

  it('is not held up by a pipe that stands in place of an object', async () => {
    await store.check(5000);
    await promisify(execFile)('mkfifo', [objects('a@1')]);
    await expectFault(store.get('a'), 'files.changed');
  });

  it('passes over what is none of its files', async () => {
    await store.put('a', text('content'), ANY);
    await writeFile(objects('foreign'), '');
    await mkdir(objects('not a segment'));
    expect(await store.list('', { limit: 9 })).toEqual(['a']);
  });

  it('removes the directories that a delete leaves empty', async () => {
    await store.put('a/b/c', text(''), ANY);
    await store.put('a/d', text(''), ANY);
    await store.delete('a/b/c');
    expect(await readdir(objects('a'))).toEqual(['d@1']);
    await store.delete('a/d');
    expect(await readdir(objects())).toEqual([]);
  });

  it('puts and deletes in one directory at the same time lose nothing', async () => {
    const rounds = Array.from({ length: 40 }, async (_, round) => {
      const key = `x/y/${round}`;
      await store.put(key, text(key), ANY);
      if (round % 2) await store.delete(key);
    });
    await Promise.all(rounds);
    expect(await store.list('', { limit: 100 })).toHaveLength(20);
  });

  it('lists more entries than it reads at once', async () => {
    await store.put('k', text(''), ANY);
    const one = await readFile(objects('k@1'));
    const names = Array.from({ length: 2500 }, (_, at) => `n${String(at).padStart(4, '0')}`);
    await mkdir(objects('m'));
    for (const name of names) await writeFile(objects('m', `${name}@1`), one);
    expect(await store.list('m/', { limit: 5000 })).toEqual(names.map((name) => `m/${name}`));
  });

  it('clears what dead writers left a day ago, and nothing younger', async () => {
    await store.check(5000);
    const aside = (name: string) => join(root, 'incoming', name);
    await writeFile(aside('old'), '');
    await writeFile(aside('young'), '');
    const yesterday = Date.now() / 1000 - 25 * 60 * 60;
    await utimes(aside('old'), yesterday, yesterday);
    await createDirectoryStore({ root }).check(5000);
    expect(await readdir(join(root, 'incoming'))).toEqual(['young']);
  });

  it('tells a lost mount from a missing object', async () => {
    await store.put('a', text('content'), ANY);
    await rename(root, `${root}-gone`);
    await expectFault(store.get('a'), 'files.unavailable');
    await expectFault(store.stat('a'), 'files.unavailable');
    await expectFault(store.delete('a'), 'files.unavailable');
    await expectFault(store.list('', { limit: 1 }), 'files.unavailable');
    await expectFault(store.put('a', text('content'), ANY), 'files.unavailable');
    await expectFault(store.check(5000), 'files.unavailable');
    await rename(`${root}-gone`, root);
    expect((await buffer((await store.get('a')).content)).toString()).toBe('content');
  });

  it('a root that cannot be made is files.unavailable, and works once it can', async () => {
    await writeFile(root, 'in the way');
    await expectFault(store.check(5000), 'files.unavailable');
    await expectFault(store.put('a', text('content'), ANY), 'files.unavailable');
    await rm(root);
    await store.put('a', text('content'), ANY);
  });
});
