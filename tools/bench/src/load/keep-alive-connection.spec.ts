import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { KeepAliveConnection } from './keep-alive-connection.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function connectTo(listener: RequestListener): Promise<KeepAliveConnection> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const target = { host: '127.0.0.1', port, path: '/v1/jobs', headers: { authorization: 'Bearer t' } };
  return new KeepAliveConnection({ ...target, before: '{"n":', after: '}' });
}

it('sends numbered bodies over one connection and reads each whole answer', async () => {
  const sockets = new Set<unknown>();
  const connection = await connectTo(async (request, response) => {
    sockets.add(request.socket);
    let body = '';
    for await (const part of request) body += part;
    const text = `${request.url} ${request.headers.authorization} ${body}${'x'.repeat(100_000)}`;
    response.writeHead(202, { 'content-length': text.length }).end(text);
  });
  for (const n of [7, 8]) {
    const { status, body } = await connection.submit(n);
    expect([status, body.slice(0, 30), body.length]).toEqual([202, `/v1/jobs Bearer t {"n":${n}}xxxxx`, 100_025]);
  }
  expect(sockets.size).toBe(1);
  connection.close();
});

it('a connection that the server ends fails the request under way and all later ones', async () => {
  const connection = await connectTo((request) => request.socket.destroy());
  expect(connection.isBroken).toBe(false);
  await expect(connection.submit(1)).rejects.toThrow();
  expect(connection.isBroken).toBe(true);
  await expect(connection.submit(2)).rejects.toThrow();
});
