import { submitJobs, submitJobsReply } from '@windlass/contracts';
import { asProblem, fault } from '@windlass/faults';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

interface Item {
  status: number;
  id?: string;
  type?: string;
  duplicate?: boolean;
  replayed?: boolean;
  problem?: { code: string; detail: string; errors?: { path: string }[]; retryAfterMs?: number };
}

let test: TestGateway;
beforeAll(async () => {
  test = await startGateway();
});
afterAll(() => test.stop());

async function post(text: string, headers: Record<string, string> = {}, gateway = test) {
  const options = { body: text, headers: { 'content-type': 'application/json', ...headers } };
  const answer = await gateway.call('POST', '/v1/jobs/batch', options);
  const { items = [], ...rest } = (await answer.json()) as { items?: Item[]; code?: string };
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), items, rest };
}
const batch = (jobs: unknown[], headers?: Record<string, string>, gateway?: TestGateway) =>
  post(JSON.stringify({ jobs }), headers, gateway);
const job = (extra: object = {}) => ({ type: 'hash', payload: 1, ...extra });
const stored = (item: Item | undefined) => test.core.jobs.get(item?.id ?? '')?.item;

describe('a batch', () => {
  it('is answered item by item, in order, and a bad one fails alone', async () => {
    const { status, items } = await batch([
      job({ priority: 'low' }),
      job({ type: 'nope' }),
      job({ delay: '5 m' }),
      5,
      { type: 'hash' },
      job({ dedupeKey: 'batch' }),
      job({ dedupeKey: 'batch', onDuplicate: 'return' }),
      job({ idempotencyKey: 'a b' }),
      job({ colour: 'red' }),
      job(),
    ]);
    expect(status).toBe(202);
    expect(items.map((item) => item.status)).toEqual([202, 422, 400, 400, 400, 202, 202, 400, 400, 202]);
    expect(items.map((item) => item.problem?.code ?? item.type)).toEqual([
      'hash',
      'submit.type-unknown',
      'http.fields-invalid',
      'http.fields-invalid',
      'http.fields-invalid',
      'hash',
      'hash',
      'http.fields-invalid',
      'http.fields-invalid',
      'hash',
    ]);
    expect(items.map((item) => item.problem?.errors?.[0]?.path).filter(Boolean)).toEqual([
      '/jobs/2/delay',
      '/jobs/3',
      '/jobs/4/payload',
      '/jobs/7/idempotencyKey',
      '/jobs/8/colour',
    ]);
    for (const item of items) {
      const path = item.problem?.errors?.[0]?.path;
      if (path) expect(item.problem?.detail.startsWith(`${path}: `), item.problem?.detail).toBe(true);
    }
    expect(items[6]).toMatchObject({ id: items[5]?.id, duplicate: true });
    expect(stored(items[0])).toMatchObject({ priority: 1, tenantId: 'acme' });
  });

  it("paths of core's own field errors begin at the item as well", async () => {
    const other = await startGateway();
    const refused = fault('submit.payload-invalid', { fields: [{ path: '/payload/n', message: 'must be a number' }] });
    other.core.on(submitJobs, submitJobsReply, ({ items }) => ({
      items: items.map(() => ({ problem: asProblem(refused) })),
    }));
    try {
      const { items } = await batch([job(), job()], {}, other);
      expect(items.map((item) => item.problem?.errors)).toEqual([
        [{ path: '/jobs/0/payload/n', message: 'must be a number' }],
        [{ path: '/jobs/1/payload/n', message: 'must be a number' }],
      ]);
    } finally {
      await other.stop();
    }
  });

  it('hands each payload on byte for byte', async () => {
    const payloads = [
      '{"b" : 1,  "a":[1.50, 2e3], "c":"\\u0000 \\u00e9 é"}',
      '12345678901234567890.10',
      '"\\ud83d"',
      'null',
      '[ ]',
    ];
    const text = payloads.map((payload) => `{ "payload" :\n ${payload} , "type":"hash" }`).join(' , ');
    const { items } = await post(`{"jobs" : [ ${text} ]}`);
    expect(items.map((item) => stored(item)?.payload)).toEqual(payloads);
  });

  it('takes 1,000 jobs at once, each in its place, and more than one job may be of one kind', async () => {
    const jobs = Array.from({ length: 1_000 }, (_, n) =>
      n % 10 === 3 ? job({ type: 'nope' }) : { type: 'hash', payload: n },
    );
    const { items } = await batch(jobs);
    expect(items.length).toBe(1_000);
    for (const [n, item] of items.entries()) {
      expect(item.status).toBe(n % 10 === 3 ? 422 : 202);
      if (item.status === 202) expect(stored(item)?.payload).toBe(String(n));
    }
  });

  it('may have 4 MiB, where a single submission has one', async () => {
    const large = 'a'.repeat(900_000);
    const { items } = await batch([1, 2, 3, 4].map(() => ({ type: 'hash', payload: large })));
    expect(items.map((item) => item.status)).toEqual([202, 202, 202, 202]);
    expect((await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: large + large } })).status).toBe(413);
    const one = await batch([job(), { type: 'hash', payload: large + large }]);
    expect(one.items.map((item) => item.problem?.code ?? item.status)).toEqual([202, 'http.body-too-large']);
  });

  it('what is validated once for alike jobs does not leak between unlike ones', async () => {
    const { items } = await batch([
      job({ tags: ['a'] }),
      job({ tags: ['b'] }),
      job(),
      job({ tags: ['a'], queue: 'q' }),
    ]);
    expect(items.map((item) => [stored(item)?.tags, stored(item)?.queue])).toEqual([
      [['a'], undefined],
      [['b'], undefined],
      [undefined, undefined],
      [['a'], 'q'],
    ]);
  });
});

describe('keys of a batch', () => {
  it('the same batch under the same key makes each job once; an item may have a key of its own', async () => {
    const jobs = [job(), job({ payload: 2 }), job({ idempotencyKey: 'mine', payload: 3 })];
    const headers = { 'idempotency-key': 'batch-1' };
    const first = await batch(jobs, headers);
    const second = await batch(jobs, headers);
    expect(second.items.map((item) => item.id)).toEqual(first.items.map((item) => item.id));
    expect(first.items.map((item) => item.replayed)).toEqual([undefined, undefined, undefined]);
    expect(second.items.map((item) => item.replayed)).toEqual([true, true, true]);
    expect(first.items.map((item) => stored(item)?.idempotencyKey)).toEqual(['batch-1/0', 'batch-1/1', 'mine']);
  });

  it('an item that has changed under its key is refused alone', async () => {
    const headers = { 'idempotency-key': 'batch-2' };
    await batch([job(), job()], headers);
    const { items } = await batch([job(), job({ payload: 9 })], headers);
    expect(items.map((item) => item.problem?.code ?? item.status)).toEqual([202, 'submit.key-reused']);
  });

  it('an item whose key is under way is waited for, the others are not held up', async () => {
    test.core.inProgress.add('busy');
    const { items } = await batch([job({ idempotencyKey: 'busy' }), job()]);
    expect(items[0]).toMatchObject({ status: 409, problem: { code: 'submit.key-in-progress', retryAfterMs: 1_000 } });
    expect(items[1]?.status).toBe(202);
  });
});

describe('overload', () => {
  it('an item that is not accepted fails alone; if none is, the batch is answered 503 with Retry-After', async () => {
    const other = await startGateway();
    let refuse = (index: number) => index % 2 === 0;
    other.core.on(submitJobs, submitJobsReply, ({ items }) => ({
      items: items.map((item, index) =>
        refuse(index)
          ? { problem: asProblem(fault('submit.not-accepted', { retryAfterMs: 1_500 })) }
          : { id: `0192a0b0-0000-7000-8000-00000000000${item.payload}`, state: 'queued' as const, created: true },
      ),
    }));
    try {
      const some = await batch([job(), job({ payload: 2 })], {}, other);
      expect(some.status).toBe(202);
      expect(some.items.map((item) => item.status)).toEqual([503, 202]);
      refuse = () => true;
      const none = await batch([job(), job()], {}, other);
      expect(none).toMatchObject({ status: 503, retryAfter: '2', rest: { code: 'submit.not-accepted' } });
    } finally {
      await other.stop();
    }
  });

  it('with an unknown outcome among them the whole is not said to be refused for certain', async () => {
    const other = await startGateway();
    const outcomes = [fault('submit.not-accepted'), fault('store.unavailable')];
    other.core.on(submitJobs, submitJobsReply, () => ({
      items: outcomes.map((each) => ({ problem: asProblem(each) })),
    }));
    try {
      expect(await batch([job(), job()], {}, other)).toMatchObject({
        status: 503,
        rest: { code: 'store.unavailable' },
      });
    } finally {
      await other.stop();
    }
  });

  it('while the broker is away nothing is accepted, and said so as a whole', async () => {
    const other = await startGateway();
    other.hub.setState('down');
    try {
      expect(await batch([job(), job()], {}, other)).toMatchObject({
        status: 503,
        rest: { code: 'submit.not-accepted' },
      });
    } finally {
      await other.stop();
    }
  });

  it('batches together leave room in the queue for single submissions', async () => {
    const other = await startGateway({ env: { MAX_IN_FLIGHT: '100' } });
    const waiting: (() => void)[] = [];
    other.core.on(submitJobs, submitJobsReply, async ({ items }) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return {
        items: items.map(() => ({
          id: '0192a0b0-0000-7000-8000-000000000001',
          state: 'queued' as const,
          created: true,
        })),
      };
    });
    try {
      const jobs = Array.from({ length: 1_000 }, () => job());
      const batches = Array.from({ length: 10 }, () => batch(jobs, {}, other));
      await expect.poll(() => waiting.length).toBe(8);
      const single = other.call('POST', '/v1/jobs', { json: job() });
      let done = false;
      const all = Promise.all([single, ...batches]).then((answers) => {
        done = true;
        return answers;
      });
      while (!done) {
        for (const go of waiting.splice(0)) go();
        await new Promise((resolve) => setImmediate(resolve));
      }
      const [alone, ...rest] = await all;
      expect(alone?.status).toBe(202);
      for (const each of rest as Awaited<ReturnType<typeof batch>>[]) {
        expect(each.items.every((item) => item.status === 202)).toBe(true);
      }
    } finally {
      await other.stop();
    }
  });
});
