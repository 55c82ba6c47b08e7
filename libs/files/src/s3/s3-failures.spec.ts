import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { expectFault, patterned, streamOf } from '../content.fixture.js';
import type { FileStore } from '../file-store.js';
import { createS3Store } from './create-s3-store.js';

/** What a broken server or network does to a connection; a healthy server cannot be made to do it on demand. */
describe('an S3 server that fails', () => {
  const opened: { server: Server; sockets: Set<Socket>; store: FileStore }[] = [];
  afterEach(async () => {
    for (const { server, sockets, store } of opened.splice(0)) {
      await store.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function storeOn(onRequest: (socket: Socket, head: string) => void): Promise<FileStore> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('data', (data) => onRequest(socket, data.toString('latin1')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const store = createS3Store({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      bucket: 'bucket',
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      forcePathStyle: true,
      timeouts: { connectMs: 200, requestMs: 300, callMs: 400, idleMs: 300 },
    });
    opened.push({ server, sockets, store });
    return store;
  }

  const everyCall: [string, (store: FileStore) => Promise<unknown>][] = [
    ['get', (store) => store.get('a')],
    ['stat', (store) => store.stat('a')],
    ['delete', (store) => store.delete('a')],
    ['list', (store) => store.list('', { limit: 1 })],
    ['check', (store) => store.check(200)],
    ['a small put', (store) => store.put('a', streamOf(patterned(10)), ANY)],
    ['a large put', (store) => store.put('a', streamOf(patterned(20_000_000)), ANY)],
  ];
  const ANY = { contentType: 'text/plain', maxBytes: 100_000_000 };
  /** Three attempts of 300 ms and the SDK's waits between them, for the create and for the abort. */
  const BOUND_MS = 5000;

  it.each(everyCall)('that is down: %s is files.unavailable in time', async (_, call) => {
    const store = await storeOn(() => undefined);
    const { server } = opened[0]!;
    await new Promise((resolve) => server.close(resolve));
    await expectFaultWithin(BOUND_MS, call(store));
  });

  it.each(everyCall)('that accepts and never answers: %s is files.unavailable in time', async (_, call) => {
    await expectFaultWithin(BOUND_MS, call(await storeOn(() => undefined)));
  });

  it.each(everyCall)('that hangs up: %s is files.unavailable in time', async (_, call) => {
    await expectFaultWithin(BOUND_MS, call(await storeOn((socket) => socket.destroy())));
  });

  it.each(everyCall)('that answers 503: %s is files.unavailable in time', async (_, call) => {
    const busy = 'HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    await expectFaultWithin(BOUND_MS, call(await storeOn((socket) => socket.end(busy))));
  });

  it('a put whose source is silent does not wait for it once the storage has failed', async () => {
    const store = await storeOn((socket) => socket.destroy());
    const content = new PassThrough();
    content.write(patterned(9_000_000));
    await expectFaultWithin(BOUND_MS, store.put('a', content, ANY));
    expect(content.destroyed).toBe(true);
  });

  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: "e"\r\n\r\n';

  it('a download that is cut off is files.unavailable, never a short object', async () => {
    const store = await storeOn((socket) => socket.end(`${HEAD}only this`));
    await expectFault(buffer((await store.get('a')).content), 'files.unavailable');
  });

  it('a download that stands still is files.unavailable', async () => {
    const store = await storeOn((socket) => socket.write(`${HEAD}only this`));
    await expectFaultWithin(BOUND_MS, (async () => buffer((await store.get('a')).content))());
  });

  it('a reader that leaves while the download stands still frees the connection', async () => {
    let freed: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      freed = resolve;
    });
    const store = await storeOn((socket) => socket.once('close', freed).write(`${HEAD}only this`));
    const { content } = await store.get('a');
    content.once('readable', () => undefined);
    content.read();
    content.destroy();
    await closed;
  });
});

async function expectFaultWithin(boundMs: number, call: Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  await expectFault(call, 'files.unavailable');
  expect(performance.now() - startedMs).toBeLessThan(boundMs);
}
