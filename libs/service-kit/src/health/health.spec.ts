import { fault } from '@windlass/faults';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../log/create-logger.js';
import { createHealthServer, type HealthServer } from './create-health-server.js';

interface Answer {
  status: number;
  body: { status: string; details: Record<string, { status: string; message?: string }> };
}

let server: HealthServer;
const lines: Array<Record<string, unknown>> = [];
const logger = createLogger({
  service: 'sample',
  level: 'info',
  format: 'json',
  machine: 'm',
  destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
});

async function startWith(
  dependencies: Record<string, { essential: boolean; check: () => Promise<void> }>,
): Promise<void> {
  lines.length = 0;
  const checks = Object.entries(dependencies).map(([name, each]) => ({ name, ...each }));
  server = await createHealthServer({ name: 'sample', port: 0, host: '127.0.0.1', checks, logger });
}
async function get(path: string): Promise<Answer> {
  const response = await fetch(server.url + path);
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}
async function until(path: string, status: number): Promise<Answer> {
  const deadlineMs = performance.now() + 5_000;
  for (;;) {
    const answer = await get(path);
    if (answer.status === status) return answer;
    if (performance.now() > deadlineMs) throw new Error(`${path} stays ${answer.status}`);
  }
}
const fine = async () => undefined;

describe('health over HTTP', () => {
  afterEach(() => server.close());

  it('is 200 with each dependency while all answer', async () => {
    await startWith({ broker: { essential: true, check: fine }, files: { essential: false, check: fine } });
    const answer = await get('/health');
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'ok', details: { broker: { status: 'up' }, files: { status: 'up' } } },
    });
    expect((await fetch(`${server.url}/health`)).headers.get('cache-control')).toContain('no-store');
  });

  it('is 503 and says which dependency is away, without internal text', async () => {
    const check = () => Promise.reject(new Error('ECONNREFUSED windlass_engine@10.0.0.5'));
    await startWith({ database: { essential: true, check }, broker: { essential: true, check: fine } });
    const answer = await get('/health');
    expect(answer).toMatchObject({
      status: 503,
      body: { status: 'error', details: { broker: { status: 'up' }, database: { status: 'down' } } },
    });
    expect(JSON.stringify(answer.body)).not.toContain('10.0.0.5');
    expect(await get('/health/ready')).toMatchObject({ status: 503 });
    expect(await get('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('shows the public text of a fault', async () => {
    const check = () => Promise.reject(fault('broker.unavailable', { detail: 'The broker is not connected.' }));
    await startWith({ broker: { essential: true, check } });
    expect((await get('/health')).body.details.broker).toMatchObject({ message: 'The broker is not connected.' });
  });

  it('stays ready while only something inessential is away', async () => {
    await startWith({
      files: { essential: false, check: () => Promise.reject(new Error('away')) },
      broker: { essential: true, check: fine },
    });
    expect(await get('/health')).toMatchObject({ status: 503 });
    const ready = await get('/health/ready');
    expect(ready).toMatchObject({
      status: 200,
      body: { details: { broker: { status: 'up' }, service: { status: 'up' } } },
    });
    expect(ready.body.details).not.toHaveProperty('files');
  });

  it('answers within two seconds although a dependency never does', async () => {
    await startWith({ database: { essential: true, check: () => new Promise<void>(() => undefined) } });
    const startMs = performance.now();
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      body: { details: { database: { status: 'down' } } },
    });
    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(lines.map((line) => line.message)).toContain('database is away: no answer within 1500 ms');
  });

  it('recovers by itself, and logs the change once each way', async () => {
    let up = false;
    await startWith({
      database: { essential: true, check: () => (up ? fine() : Promise.reject(new Error('refused'))) },
    });
    await until('/health/ready', 503);
    await get('/health');
    up = true;
    await until('/health/ready', 200);
    expect(lines.map((line) => line.message)).toEqual(['database is away: refused', 'database is back']);
  });

  it('asks a dependency once for many questions at a time', async () => {
    let asked = 0;
    const check = async () => {
      asked += 1;
    };
    await startWith({ database: { essential: true, check } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => get('/health')));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(asked).toBeLessThan(5);
  });

  it('is not ready but alive from the moment it stops', async () => {
    await startWith({ broker: { essential: true, check: fine } });
    expect(await get('/health/ready')).toMatchObject({ status: 200 });
    server.markStopping();
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      body: { details: { service: { status: 'down', message: 'stopping' } } },
    });
    expect(await get('/health/live')).toMatchObject({ status: 200 });
  });

  it('answers nothing else', async () => {
    await startWith({});
    expect((await fetch(`${server.url}/`)).status).toBe(404);
    expect((await fetch(`${server.url}/health`, { method: 'POST' })).status).toBe(404);
  });

  it('says where it cannot listen', async () => {
    await startWith({});
    const { port } = new URL(server.url);
    const second = createHealthServer({ name: 'second', port: Number(port), host: '127.0.0.1', checks: [], logger });
    await expect(second).rejects.toThrow(`second cannot listen on 127.0.0.1:${port}`);
  });
});

it('two services in one process stop apart', async () => {
  const options = { port: 0, host: '127.0.0.1', checks: [], logger };
  const one = await createHealthServer({ name: 'one', ...options });
  const two = await createHealthServer({ name: 'two', ...options });
  try {
    one.markStopping();
    expect((await fetch(`${one.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${two.url}/health/ready`)).status).toBe(200);
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
});
