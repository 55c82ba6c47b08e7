import { createSocket, type Socket } from 'node:dgram';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createResolveHost, type ResolveHost } from './resolve-host.js';

const A = 1;
const AAAA = 28;
const signal = () => new AbortController().signal;
const asked: string[] = [];
let server: Socket;
let resolve: ResolveHost;

/** A name server of one answer for each name and type; what it has not is said not to exist, and `silent.example` never answered. */
const RECORDS: Record<string, Partial<Record<number, number[][]>>> = {
  'both.example': { [A]: [[192, 0, 2, 1]], [AAAA]: [[0x20, 0x01, 0x0d, 0xb8, ...Array(11).fill(0), 1]] },
  'four.example': {
    [A]: [
      [192, 0, 2, 1],
      [192, 0, 2, 2],
    ],
  },
  'many.example': { [A]: Array.from({ length: 30 }, (_, n) => [192, 0, 2, n]) },
};

beforeAll(async () => {
  server = createSocket('udp4');
  server.on('message', (query, { port, address }) => {
    const { name, type, end } = readQuestion(query);
    asked.push(name);
    if (name === 'silent.example') return;
    const records = RECORDS[name]?.[type] ?? [];
    const flags = RECORDS[name] ? 0x8180 : 0x8183;
    const head = Buffer.from([0, 0, flags >> 8, flags & 255, 0, 1, 0, records.length, 0, 0, 0, 0]);
    query.copy(head, 0, 0, 2);
    const answers = records.map((data) => Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length, ...data]));
    server.send(Buffer.concat([head, query.subarray(12, end), ...answers]), port, address);
  });
  await new Promise<void>((done) => server.bind(0, '127.0.0.1', done));
  resolve = createResolveHost([`127.0.0.1:${server.address().port}`]);
});
afterAll(() => {
  server.close();
});

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  while ((query[at] ?? 0) > 0) {
    const length = query[at] ?? 0;
    labels.push(query.toString('ascii', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

it('answers the addresses of both families, or of the one that there is', async () => {
  const both = await resolve('both.example', { named: false, signal: signal() });
  expect(both.sort()).toEqual(['192.0.2.1', '2001:db8::1']);
  const four = await resolve('four.example', { named: false, signal: signal() });
  expect(four.sort()).toEqual(['192.0.2.1', '192.0.2.2']);
});

it('takes a bounded number of them', async () => {
  expect(await resolve('many.example', { named: false, signal: signal() })).toHaveLength(16);
});

it('tells what does not exist', async () => {
  await expect(resolve('none.example', { named: false, signal: signal() })).rejects.toMatchObject({
    code: 'ENOTFOUND',
  });
});

it('is given up when it is no longer wanted', async () => {
  const controller = new AbortController();
  const answer = resolve('silent.example', { named: false, signal: controller.signal });
  setImmediate(() => controller.abort());
  await expect(answer).rejects.toMatchObject({ code: 'ECANCELLED' });
});

it("looks into the machine's own hosts file for the operator's names only, and searches no domains", async () => {
  expect(await resolve('localhost', { named: true, signal: signal() })).toContain('127.0.0.1');
  asked.length = 0;
  await expect(resolve('localhost', { named: false, signal: signal() })).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(resolve('core', { named: false, signal: signal() })).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(asked.filter((name) => name.startsWith('core'))).toEqual(['core', 'core']);
});
