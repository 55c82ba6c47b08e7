import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { json, problem, type ScriptedService, scriptedService } from './testing/scripted-service.fixture.js';
import { WindlassClient } from './windlass-client.js';

let service: ScriptedService;
let client: WindlassClient;

beforeEach(async () => {
  service = await scriptedService();
  client = new WindlassClient({ url: service.url, token: 't0', timeoutMs: 2_000 });
});
afterEach(() => service.close());

it.each<[string, () => Promise<unknown>, string, string]>([
  ['cancel', () => client.cancel('j1', { reason: 'no' }), 'POST /v1/jobs/j1/cancel', '{"reason":"no"}'],
  ['replay', () => client.replay('j1'), 'POST /v1/jobs/j1/replay', ''],
  ['queues.get', () => client.queues.get('a.b'), 'GET /v1/queues/a.b', ''],
  ['queues.put', () => client.queues.put('q', { maxRunning: null }), 'PUT /v1/queues/q', '{"maxRunning":null}'],
  ['queues.pause', () => client.queues.pause('q'), 'POST /v1/queues/q/pause', ''],
  ['queues.resume', () => client.queues.resume('q'), 'POST /v1/queues/q/resume', ''],
  ['queues.purge', () => client.queues.purge('q'), 'POST /v1/queues/q/purge', ''],
  ['actions.get', () => client.actions.get('a1'), 'GET /v1/jobs/actions/a1', ''],
  ['actions.stop', () => client.actions.stop('a1'), 'DELETE /v1/jobs/actions/a1', ''],
  ['an id from outside', () => client.cancel('../x'), 'POST /v1/jobs/..%2Fx/cancel', '{}'],
])('%s calls its route', async (_what, call, route, body) => {
  service.answers = [json(200, { id: 'answer' })];
  expect(await call()).toEqual({ id: 'answer' });
  expect(service.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([route]);
  expect(service.seen[0]?.body).toBe(body);
});

it.each<[string, () => Promise<unknown>]>([
  ['replay', () => client.replay('j1')],
  ['actions.begin', () => client.actions.begin({ action: 'purge', filter: { state: 'failed' } })],
  ['queues.purge', () => client.queues.purge('q')],
  ['queues.remove', () => client.queues.remove('q')],
])('%s is not repeated by itself: it might be done twice', async (_what, call) => {
  service.answers = [problem(503, 'broker.timeout', { retryAfterMs: 1 })];
  await expect(call()).rejects.toMatchObject({ code: 'broker.timeout' });
  expect(service.seen.length).toBe(1);
});

it('a removed queue is answered with nothing', async () => {
  service.answers = [(_seen, response) => response.writeHead(204).end()];
  expect(await client.queues.remove('q')).toBeUndefined();
});

it('the audit comes page by page', async () => {
  service.answers = [json(200, { items: [{ id: 'b' }], nextCursor: 'c' }), json(200, { items: [{ id: 'a' }] })];
  const ids: string[] = [];
  for await (const { id } of client.audit({ limit: 1 })) ids.push(id);
  expect(ids).toEqual(['b', 'a']);
  expect(service.seen.map(({ url }) => url)).toEqual(['/v1/audit?limit=1', '/v1/audit?limit=1&cursor=c']);
});

describe('actions.wait', () => {
  it('ends when the action has, however', async () => {
    service.answers = [
      json(200, { id: 'a1', state: 'running', changed: 1 }),
      json(200, { id: 'a1', state: 'bounded' }),
    ];
    const told: string[] = [];
    expect(await client.actions.wait('a1', { onProgress: ({ state }) => told.push(state) })).toMatchObject({
      state: 'bounded',
    });
    expect(told).toEqual(['running', 'bounded']);
  });

  it('ends at its own timeout', async () => {
    service.answers = [json(200, { id: 'a1', state: 'running' })];
    await expect(client.actions.wait('a1', { timeoutMs: 20 })).rejects.toMatchObject({ code: 'client.timeout' });
  });
});

describe('wait', () => {
  it('outlasts a restart of the service, and tells of the trouble', async () => {
    service.answers = [json(200, { id: 'j1', state: 'running' })];
    const troubles: string[] = [];
    let restarted = false;
    const job = await client.wait('j1', {
      onProgress: async () => {
        if (restarted) return;
        restarted = true;
        await service.down();
      },
      onTrouble: async ({ code }) => {
        if (troubles.push(code) > 1) return;
        service.answers = [
          ...[problem(503, 'broker.circuit-open'), json(502, {}), json(200, { id: 'j1', state: 'succeeded' })],
        ];
        await service.up();
      },
    });
    expect(job.state).toBe('succeeded');
    expect(troubles).toEqual(['client.network', 'broker.circuit-open', 'client.unexpected']);
  });

  it('lasts longer than a few tries once the service has answered, but no longer than its time', async () => {
    service.answers = [
      json(200, { id: 'j1', state: 'running' }),
      problem(503, 'broker.unavailable', { retryAfterMs: 1 }),
    ];
    let troubles = 0;
    const waited = client.wait('j1', {
      timeoutMs: 600,
      onTrouble: () => {
        troubles += 1;
      },
    });
    await expect(waited).rejects.toMatchObject({ code: 'client.timeout', cause: { code: 'broker.unavailable' } });
    expect(troubles).toBeGreaterThan(0);
  });

  it('ends after a few tries where nothing has ever answered: the address is wrong', async () => {
    await service.down();
    let troubles = 0;
    const waited = client.wait('j1', {
      onTrouble: () => {
        troubles += 1;
      },
    });
    await expect(waited).rejects.toMatchObject({ code: 'client.network' });
    expect(troubles).toBe(4);
    await service.up();
  });

  it('ends at once with what does not pass', async () => {
    service.answers = [json(200, { id: 'j1', state: 'running' }), problem(401, 'auth.token-invalid')];
    await expect(client.wait('j1')).rejects.toMatchObject({ code: 'auth.token-invalid' });
  });
});
