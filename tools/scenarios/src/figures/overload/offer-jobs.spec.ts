import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { offerJobs } from './offer-jobs.js';

const HUNG = 3;
const CONNECTIONS = 20;

let server: Server;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-offer-'));
  let seen = 0;
  server = createServer((request, response) => {
    request.resume();
    seen += 1;
    if (seen <= HUNG) return;
    const body = '{"id":"0192a0b0-0000-7000-8000-000000000000"}';
    response.writeHead(202, { 'content-length': body.length }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

it('a request that is never answered is counted, and no other count takes it', async () => {
  const { port } = server.address() as AddressInfo;
  const report = await offerJobs({
    targets: [{ host: '127.0.0.1', port, path: '/v1/jobs', headers: {}, before: '{"n":', after: '}' }],
    connections: CONNECTIONS,
    durationMs: 1_000,
    perSecond: 50,
    drainMs: 500,
    idsFile: join(folder, 'ids.txt'),
  });
  expect(report).toMatchObject({ unanswered: HUNG, broken: 0, refused: 0, dishonest: 0 });
  expect(report.accepted).toBe(report.due - report.unsent - HUNG);
});
