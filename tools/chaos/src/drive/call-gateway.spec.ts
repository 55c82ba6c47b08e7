import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callGateway, outcomeOf } from './call-gateway.js';

describe('outcomeOf', () => {
  it.each([
    [{ status: 202 }, 'ok'],
    [{ status: 422, code: 'submit.type-unknown' }, 'fail'],
    [{ status: 409, code: 'submit.duplicate' }, 'fail'],
    [{ status: 429, code: 'http.rate-limited' }, 'fail'],
    [{ status: 503, code: 'submit.not-accepted' }, 'fail'],
    // The first request with the key may have made the job.
    [{ status: 409, code: 'submit.key-in-progress' }, 'unknown'],
    [{ status: 503, code: 'broker.timeout' }, 'unknown'],
    [{ status: 503 }, 'unknown'],
    [{ status: 500, code: 'internal.bug' }, 'unknown'],
    [{ status: 0 }, 'unknown'],
  ])('%j is %s', (answer, outcome) => {
    expect(outcomeOf(answer)).toBe(outcome);
  });
});

describe('callGateway', () => {
  let server: Server;
  let url: string;
  let asked = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked += 1;
      if (request.url === '/page') response.writeHead(502, { 'retry-after': '7' }).end('<html>');
      if (request.url === '/cut') response.writeHead(202, { 'content-length': '100' }).write('{"id":');
      if (request.url === '/cut') setImmediate(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each(['/cut', '/silent'])('has no answer from %s, which it asks once', async (path) => {
    const before = asked;
    expect(await callGateway(url, 'token', { method: 'POST', path, body: {}, timeoutMs: 3_000 })).toEqual({
      status: 0,
      body: undefined,
    });
    expect(asked - before).toBe(1);
  });

  it('has a refusal and when to come again, whatever it is written in', async () => {
    expect(await callGateway(url, 'token', { method: 'GET', path: '/page', timeoutMs: 3_000 })).toEqual({
      ...{ status: 502, body: undefined, retryAfterMs: 7_000 },
    });
  });
});
