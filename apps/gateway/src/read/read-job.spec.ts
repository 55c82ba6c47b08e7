import { readJob, readJobReply } from '@windlass/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
let id: string;
beforeAll(async () => {
  test = await startGateway();
  id = await submit('{"example":"data"}');
});
afterAll(() => test.stop());

async function submit(payload: string, token?: string): Promise<string> {
  const body = `{"type":"hash","payload":${payload}}`;
  const options = { body, headers: { 'content-type': 'application/json' }, ...(token ? { token } : {}) };
  return ((await (await test.call('POST', '/v1/jobs', options)).json()) as { id: string }).id;
}
const get = async (path: string) => (await test.call('GET', path)).json() as Promise<Record<string, unknown>>;

it('a Content-Type on a request that has no body does not matter', async () => {
  for (const type of ['text/plain', '']) {
    const answer = await test.call('GET', '/v1/jobs', { headers: { 'content-type': type } });
    expect(answer.status).toBe(200);
  }
});

describe('a job', () => {
  it('is read with its times in ISO 8601 and its payload', async () => {
    const job = await get(`/v1/jobs/${id}`);
    expect(job).toMatchObject({ id, type: 'hash', state: 'queued', payload: { example: 'data' }, tags: [] });
    expect(job.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("shows all that is known of it, with times as text and beanstalkd's counters", async () => {
    const known = await submit('1');
    const at = 1_700_000_000_000;
    Object.assign(test.core.job('acme', known).view, {
      state: 'scheduled',
      run: 3,
      epoch: 9,
      timeouts: 1,
      retries: 4,
      buries: 2,
      runAt: at,
      expiresAt: at,
      timeLeftMs: 12.5,
      machine: 'm1',
      stopping: true,
      reason: 'because',
      progress: { percent: 5, phase: 'meshing' },
      dedupeKey: 'a',
      concurrencyKey: 'b',
      concurrencyLimit: 2,
      waitingFor: [
        { kind: 'retry', until: at },
        { kind: 'queue-paused', queue: 'hash', since: at },
        { kind: 'concurrency-key', key: 'b', limit: 2, holders: [id] },
      ],
    });
    const time = '2023-11-14T22:13:20.000Z';
    expect(await get(`/v1/jobs/${known}`)).toMatchObject({
      queue: 'hash',
      epoch: 9,
      counters: { reserves: 9, timeouts: 1, releases: 4, buries: 2, kicks: 2 },
      runAt: time,
      expiresAt: time,
      timeLeftMs: 12.5,
      progress: { percent: 5, phase: 'meshing' },
      backoff: { kind: 'fixed', delayMs: 1000 },
      retention: 'standard',
      waitingFor: [
        { kind: 'retry', until: time },
        { kind: 'queue-paused', queue: 'hash', since: time },
        { kind: 'concurrency-key', key: 'b', limit: 2, holders: [id] },
      ],
      payload: 1,
    });
  });

  it('is found by its id in upper case too', async () => {
    expect(await get(`/v1/jobs/${id.toUpperCase()}`)).toMatchObject({ id });
  });

  it.each([
    ['30s', 5_000],
    ['1500ms', 1_500],
    ['60s', 5_000],
  ])('is waited for in rounds of 5 s at the most: ?wait=%s', async (wait, waitMs) => {
    await get(`/v1/jobs/${id}?wait=${wait}`);
    expect(test.core.asked.at(-1)).toMatchObject({ kind: 'read.job', body: { id, waitMs } });
  });

  it('waits longer than other calls for an answer that it asked to wait for', async () => {
    const slow = await startGateway({ env: { RPC_TIMEOUT_MS: '100' } });
    try {
      const view = test.core.job('acme', id).view;
      slow.core.on(readJob, readJobReply, async () => {
        await new Promise((resolve) => setTimeout(resolve, 250));
        return view;
      });
      expect((await slow.call('GET', `/v1/jobs/${id}?wait=1s`)).status).toBe(200);
      expect((await slow.call('GET', `/v1/jobs/${id}`)).status).toBe(503);
    } finally {
      await slow.stop();
    }
  });
});

describe('a result', () => {
  it('is answered as the handler returned it', async () => {
    const done = await submit('1');
    Object.assign(test.core.job('acme', done), { result: '{ "b":1,\n"a":2.50 }' }).view.state = 'succeeded';
    const answer = await test.call('GET', `/v1/jobs/${done}/result`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await answer.text()).toBe('{ "b":1,\n"a":2.50 }');
  });

  it('that is large is streamed from the storage, and refused when it is not what was recorded', async () => {
    const { Readable } = await import('node:stream');
    const large = await submit('1');
    const key = `tenants/acme/jobs/${large}/1/1/.result.json`;
    const put = (text: string) =>
      test.files.put(key, Readable.from([Buffer.from(text)]), { contentType: 'application/json', maxBytes: 1_000 });
    const stored = await put('{ "n" : 1.50 }');
    const resultFile = { name: '.result.json', key, contentType: 'application/json', ...stored };
    Object.assign(test.core.job('acme', large), { resultFile }).view.state = 'succeeded';
    const answer = await test.call('GET', `/v1/jobs/${large}/result`);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('content-length')).toBe('14');
    expect(await answer.text()).toBe('{ "n" : 1.50 }');
    await put('{ "n" : 9.99 }');
    const changed = await test.call('GET', `/v1/jobs/${large}/result`);
    expect(changed.status).toBe(409);
    expect(await changed.json()).toMatchObject({ code: 'files.changed' });
  });

  it('of an unfinished job is 409 with its state', async () => {
    const answer = await test.call('GET', `/v1/jobs/${id}/result`);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'read.result-not-ready', state: 'queued' });
  });

  it('of a failed job is 409 with its state and why', async () => {
    const failed = await submit('1');
    const error = { class: 'FailJob', code: 'cad.truncated', message: 'The file ends early.' };
    Object.assign(test.core.job('acme', failed).view, { state: 'failed', error });
    const answer = await test.call('GET', `/v1/jobs/${failed}/result`);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'read.result-not-ready', state: 'failed', error });
  });
});

it('a list comes in pages, newest first, without a gap or a repetition', async () => {
  const token = await sign({ claims: { tenant: 'pages' } });
  const ids: string[] = [];
  for (let n = 0; n < 7; n += 1) ids.push(await submit(String(n), token));
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 4; page += 1) {
    const query = cursor === undefined ? '' : `&cursor=${cursor}`;
    const answer = await test.call('GET', `/v1/jobs?limit=3${query}`, { token });
    const body = (await answer.json()) as { items: { id: string }[]; nextCursor?: string };
    seen.push(...body.items.map((job) => job.id));
    cursor = body.nextCursor;
    if (cursor === undefined) break;
    expect(cursor).not.toContain(seen.at(-1));
  }
  expect(seen).toEqual(ids.reverse());
});

it('events are listed, with who asked and why', async () => {
  const told = { terminal: true, at: 1_700_000_000_000, machine: 'm1', actor: 'eva', reason: 'wrong file' };
  test.core.addEvent(id, { kind: 'cancelled', ...told });
  expect(await get(`/v1/jobs/${id}/events`)).toEqual({
    items: [
      { run: 1, epoch: 0, rank: 0, kind: 'submitted', terminal: false, at: expect.any(String) },
      {
        run: 1,
        epoch: 1,
        rank: 3,
        kind: 'cancelled',
        terminal: true,
        at: '2023-11-14T22:13:20.000Z',
        machine: 'm1',
        actor: 'eva',
        reason: 'wrong file',
      },
    ],
    finished: false,
  });
  const first = await get(`/v1/jobs/${id}/events?limit=1`);
  expect(first).toMatchObject({ items: [{ kind: 'submitted' }], nextAfter: '1.0.0' });
  expect(await get(`/v1/jobs/${id}/events?limit=1&after=1.0.0`)).toEqual({
    items: [expect.objectContaining({ kind: 'cancelled' })],
    finished: false,
  });
});

describe('artifacts', () => {
  it('are listed and downloaded, also under names with / and spaces, and checked against what was recorded', async () => {
    const { Readable } = await import('node:stream');
    const job = await submit('1');
    const key = `tenants/acme/jobs/${job}/1/1/x`;
    const stored = await test.files.put(key, Readable.from([Buffer.from('glTF')]), {
      contentType: 'model/gltf-binary',
      maxBytes: 100,
    });
    const name = 'parts/žlutý kůň #1.glb';
    test.core.artifacts.set(job, [{ name, key, contentType: 'model/gltf-binary', ...stored }]);
    const { items } = (await get(`/v1/jobs/${job}/artifacts`)) as {
      items: { name: string; url: string; sha256: string }[];
    };
    expect(items).toMatchObject([{ name, size: 4, contentType: 'model/gltf-binary', sha256: stored.sha256 }]);
    expect(items[0]).not.toHaveProperty('key');
    const answer = await test.call('GET', items[0]?.url ?? '');
    expect(await answer.text()).toBe('glTF');
    expect(answer.headers.get('content-type')).toBe('model/gltf-binary');
    expect(answer.headers.get('content-disposition')).toContain("filename*=UTF-8''%C5%BElut%C3%BD");
    expect((await test.call('GET', `/v1/jobs/${job}/artifacts/other.glb`)).status).toBe(404);

    await test.files.put(key, Readable.from([Buffer.from('evil')]), {
      contentType: 'model/gltf-binary',
      maxBytes: 100,
    });
    const changed = await test.call('GET', items[0]?.url ?? '');
    expect(changed.status).toBe(409);
    expect(await changed.json()).toMatchObject({ code: 'files.changed' });
  });
});
