import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TcpProxy } from './tcp-proxy.js';

const ANSWER = 'the whole of an answer';

let server: Server;
let proxy: TcpProxy;
afterEach(async () => {
  await proxy.close();
  server.close();
});

/** What a client gets of a server that answers with these chunks, and how its connection ends. */
async function ask(chunks: readonly string[], set: (proxy: TcpProxy) => void) {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    for (const chunk of chunks) socket.write(chunk);
    // The server does not end: what ends the connection is the proxy.
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await TcpProxy.open({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  set(proxy);
  const client = dial({ host: '127.0.0.1', port: proxy.port });
  let got = '';
  return await new Promise<{ got: string; isCut: boolean }>((resolve) => {
    client.on('data', (chunk) => {
      got += chunk.toString();
      if (got.length === chunks.join('').length) {
        resolve({ got, isCut: false });
        client.destroy();
      }
    });
    // Whether it saw the end or the reset first.
    client.on('error', () => undefined);
    client.on('close', () => resolve({ got, isCut: true }));
  });
}

describe('an answer that is truncated', () => {
  it.each([0, 1, 9, ANSWER.length - 1])('passes for %i bytes of one chunk and is then cut', async (bytes) => {
    const seen = await ask([ANSWER], (each) => each.setTruncated(bytes));
    expect(seen).toEqual({ got: ANSWER.slice(0, bytes), isCut: true });
  });

  it('passes for its bytes though they come late', async () => {
    const seen = await ask([ANSWER], (each) => {
      each.setTruncated(9);
      each.setDelay(20);
    });
    expect(seen).toEqual({ got: ANSWER.slice(0, 9), isCut: true });
  });

  it('passes whole when it is no longer than that', async () => {
    const chunks = [ANSWER, ANSWER];
    const seen = await ask(chunks, (each) => each.setTruncated(2 * ANSWER.length));
    expect(seen).toEqual({ got: chunks.join(''), isCut: false });
  });
});
