import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JsonText } from './json-text.js';
import {
  type Answer,
  broken,
  json,
  problem,
  type ScriptedService,
  scriptedService,
} from './testing/scripted-service.fixture.js';
import type { BatchItemResult } from './types/submit.js';
import { WindlassClient } from './windlass-client.js';

let service: ScriptedService;
let client: WindlassClient;

beforeEach(async () => {
  service = await scriptedService();
  client = new WindlassClient({ url: service.url, token: 't0', timeoutMs: 5_000 });
});
afterEach(() => service.close());

interface Sent {
  jobs: { type: string; payload: unknown }[];
}
const jobsOf = (body: string) => (JSON.parse(body) as Sent).jobs;
/** Accepts everything; the id is the payload. */
const accepting: Answer = (seen, response) =>
  json(202, { items: jobsOf(seen.body).map(({ payload }) => accepted(payload)) })(seen, response);
const accepted = (id: unknown): BatchItemResult => ({ status: 202, id: String(id), type: 'hash', state: 'queued' });
const refused = (status: number, code: string, retryAfterMs?: number) => ({
  status,
  problem: { type: '', title: '', status, code, detail: '', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});
const many = (count: number) => Array.from({ length: count }, (_, n) => ({ type: 'hash', payload: n }));
const keys = () => service.seen.map(({ headers }) => headers['idempotency-key']);

describe('a batch', () => {
  it('is one request, with a key, whose outcomes come in order', async () => {
    const outcomes = [accepted('a'), refused(422, 'submit.type-unknown')];
    service.answers = [json(202, { items: outcomes })];
    expect(await client.submitBatch(many(2))).toEqual(outcomes);
    expect(service.seen[0]).toMatchObject({ method: 'POST', url: '/v1/jobs/batch' });
    expect(service.seen[0]?.body).toBe('{"jobs":[{"type":"hash","payload":0},{"type":"hash","payload":1}]}');
    expect(keys()[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('sends what is JSON text as it was written', async () => {
    service.answers = [json(202, { items: [accepted('a'), accepted('b')] })];
    const payload = new JsonText('12345678901234567890');
    await client.submitBatch([new JsonText('{"type":"hash", "payload":1.0}'), { type: 'hash', payload }]);
    expect(service.seen[0]?.body).toBe(
      '{"jobs":[{"type":"hash", "payload":1.0},{"type":"hash","payload":12345678901234567890}]}',
    );
  });

  it('of nothing asks nothing', async () => {
    expect(await client.submitBatch([])).toEqual([]);
    expect(service.seen).toEqual([]);
  });
});

describe('a longer list', () => {
  it('goes in parts of 1,000, each under a key of its own that a repetition has again', async () => {
    service.answers = [accepting];
    const told: [number, number][] = [];
    const submit = () =>
      client.submitBatch(many(2_001), {
        idempotencyKey: 'k',
        onOutcomes: (outcomes, first) => told.push([first, outcomes.length]),
      });
    const outcomes = await submit();
    expect(outcomes).toEqual(many(2_001).map(({ payload }) => accepted(payload)));
    expect(service.seen.map(({ body }) => jobsOf(body).length)).toEqual([1_000, 1_000, 1]);
    expect(told).toEqual([
      [0, 1_000],
      [1_000, 1_000],
      [2_000, 1],
    ]);
    await submit();
    expect(keys()).toEqual(['k', 'k.1000', 'k.2000', 'k', 'k.1000', 'k.2000']);
  });

  it('goes in bodies of at most 4 MiB, counted in bytes', async () => {
    const sizes: number[] = [];
    service.answers = [
      (seen, response) => {
        sizes.push(Buffer.byteLength(seen.body));
        json(202, { items: jobsOf(seen.body).map(() => accepted('x')) })(seen, response);
      },
    ];
    // Two bytes each.
    const payload = 'ž'.repeat(700_000);
    await client.submitBatch(Array.from({ length: 5 }, () => ({ type: 'hash', payload })));
    expect(sizes.length).toBe(3);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(4 * 1_048_576);
  });

  it('names a submission by its place in the whole list', async () => {
    const errors = [{ path: '/jobs/0/type', message: 'is wrong' }];
    const wrong = refused(400, 'http.fields-invalid');
    Object.assign(wrong.problem, { detail: '/jobs/0/type: is wrong.', errors });
    service.answers = [accepting, json(202, { items: [wrong] })];
    const outcomes = await client.submitBatch(many(1_001));
    expect(outcomes.at(-1)).toMatchObject({
      problem: { detail: '/jobs/1000/type: is wrong.', errors: [{ path: '/jobs/1000/type', message: 'is wrong' }] },
    });
  });

  it('refuses by itself what is too large for any body, and accepts the others', async () => {
    service.answers = [accepting];
    const jobs = [
      { type: 'hash', payload: 1 },
      { type: 'hash', payload: 'x'.repeat(5_000_000) },
      { type: 'hash', payload: 3 },
    ];
    expect(await client.submitBatch(jobs)).toMatchObject([
      { id: '1' },
      { status: 413, problem: { code: 'http.body-too-large' } },
      { id: '3' },
    ]);
  });

  it('rejects at the part that is not answered, having told of those before', async () => {
    service.answers = [accepting, problem(401, 'auth.token-invalid')];
    const told: number[] = [];
    const submitted = client.submitBatch(many(1_001), { onOutcomes: (_outcomes, first) => told.push(first) });
    await expect(submitted).rejects.toMatchObject({ code: 'auth.token-invalid' });
    expect(told).toEqual([0]);
  });
});

describe('a part is sent again under its key', () => {
  it('after a broken connection', async () => {
    service.answers = [broken, accepting];
    expect(await client.submitBatch(many(1))).toEqual([accepted(0)]);
    expect(new Set(keys()).size).toBe(1);
  });

  it('while the service puts some of it off; what was answered stays as it was', async () => {
    service.answers = [
      json(202, {
        items: [accepted('a'), refused(503, 'submit.not-accepted', 1), refused(422, 'submit.type-unknown')],
      }),
      json(202, { items: [{ ...accepted('a'), replayed: true }, accepted('b'), refused(500, 'internal.bug')] }),
    ];
    expect(await client.submitBatch(many(3))).toEqual([
      ...[accepted('a'), accepted('b'), refused(422, 'submit.type-unknown')],
    ]);
    expect(new Set(keys()).size).toBe(1);
    expect(service.seen[0]?.body).toBe(service.seen[1]?.body);
  });

  it('but not for ever', async () => {
    service.answers = [json(202, { items: [refused(503, 'submit.not-accepted', 1)] })];
    expect(await client.submitBatch(many(1))).toMatchObject([{ status: 503 }]);
    expect(service.seen.length).toBe(5);
  });
});

it('an answer that does not fit the batch is refused', async () => {
  service.answers = [json(202, { items: [] })];
  await expect(client.submitBatch(many(1))).rejects.toMatchObject({ code: 'client.unexpected' });
});
