import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { waitFor } from '@windlass/testing';
import { expect, it } from 'vitest';
import { describeBody } from './describe-body.js';
import { readBody } from './read-body.js';

const KIB = 1024;
const read = (bytes: Buffer, encoding = '', max = 64 * KIB) => readBody(Readable.from([bytes]), encoding, max);

/** Without end, and counts what was taken of it. */
function endless(chunk: Buffer) {
  const taken = { bytes: 0 };
  const stream = Readable.from(
    (function* () {
      for (;;) {
        taken.bytes += chunk.length;
        yield chunk;
      }
    })(),
  );
  return { stream, taken };
}

it.each([
  ['gzip', gzipSync('hello')],
  ['x-gzip', gzipSync('hello')],
  [' GZIP ', gzipSync('hello')],
  ['deflate', deflateSync('hello')],
  ['br', brotliCompressSync('hello')],
  ['', Buffer.from('hello')],
  ['identity', Buffer.from('hello')],
])('a body in encoding "%s" is read', async (encoding, bytes) => {
  expect(describeBody(await read(bytes, encoding))).toEqual({ text: 'hello', bytes: 5, cut: false });
});

it.each(['zstd', 'gzip, br', 'constructor'])('encoding "%s" stays as it came', async (encoding) => {
  const bytes = randomBytes(100);
  expect(describeBody(await read(bytes, encoding))).toEqual({
    base64: bytes.toString('base64'),
    bytes: 100,
    cut: false,
  });
});

it('exactly the bound is whole, one more is cut', async () => {
  expect(await read(Buffer.alloc(100, 'a'), '', 100)).toMatchObject({ cut: false, bytes: Buffer.alloc(100, 'a') });
  expect(await read(Buffer.alloc(101, 'a'), '', 100)).toMatchObject({ cut: true, bytes: Buffer.alloc(100, 'a') });
  expect(await read(Buffer.alloc(1, 'a'), '', 0)).toMatchObject({ cut: true, bytes: Buffer.alloc(0) });
});

it.each([
  ['gzip', gzipSync(Buffer.alloc(64 * KIB * KIB))],
  ['br', brotliCompressSync(Buffer.alloc(64 * KIB * KIB))],
])('a bomb of 64 MiB in %s is not unfolded', async (encoding, bomb) => {
  const before = process.memoryUsage().arrayBuffers;
  const { bytes, cut } = await read(bomb, encoding);
  expect({ length: bytes.length, cut }).toEqual({ length: 64 * KIB, cut: true });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * KIB * KIB);
});

it('an endless body is left once there is enough of it', async () => {
  const { stream, taken } = endless(Buffer.alloc(16 * KIB, 'a'));
  expect(await readBody(stream, '', 64 * KIB)).toMatchObject({ cut: true });
  expect(taken.bytes).toBeLessThan(256 * KIB);
  expect(stream.destroyed).toBe(true);
});

it('so is an endless row of empty gzip members, of which nothing comes out', async () => {
  const empty = Buffer.concat(Array(500).fill(gzipSync('')));
  const { stream, taken } = endless(empty);
  expect(await readBody(stream, 'gzip', KIB)).toEqual({ bytes: Buffer.alloc(0), cut: true });
  expect(taken.bytes).toBeLessThan(512 * KIB);
  expect(stream.destroyed).toBe(true);
});

it('and one that is compressed on the fly', async () => {
  const zip = endless(Buffer.alloc(16 * KIB)).stream.pipe(createGzip());
  expect(await readBody(zip, 'gzip', 64 * KIB)).toMatchObject({ cut: true });
  await waitFor(() => zip.destroyed, { what: 'the end of the stream' });
});

it('what cannot be decompressed is cut there', async () => {
  const half = gzipSync(randomBytes(100 * KIB)).subarray(0, 50 * KIB);
  const { bytes, cut } = await read(half, 'gzip');
  expect(cut).toBe(true);
  expect(bytes.length).toBeGreaterThan(10 * KIB);
  expect(await read(Buffer.from('no gzip'), 'gzip')).toEqual({ bytes: Buffer.alloc(0), cut: true });
});

it.each(['', 'gzip'])('a connection that is lost is no end of a body (encoding "%s")', async (encoding) => {
  const lost = new Error('lost');
  const stream = Readable.from(
    (async function* () {
      yield gzipSync('hello').subarray(0, 12);
      throw lost;
    })(),
  );
  await expect(readBody(stream, encoding, KIB)).rejects.toBe(lost);
});

it.each([
  ['NUL, which PostgreSQL takes for no text', Buffer.from('a\u0000b')],
  ['no UTF-8', Buffer.from([0xc3, 0x28])],
])('%s is base64', (_, bytes) => {
  expect(describeBody({ bytes, cut: false })).toEqual({
    base64: bytes.toString('base64'),
    bytes: bytes.length,
    cut: false,
  });
});

it.each([1, 2, 3, 4, 5, 6, 7])('a cut within a character leaves it out: text stays text (%d bytes)', (length) => {
  const bytes = Buffer.from('a😀ü').subarray(0, length);
  const { text } = describeBody({ bytes, cut: true });
  expect(text).toBe(length < 5 ? 'a' : length < 7 ? 'a😀' : 'a😀ü');
});
