import type { Broker } from '@windlass/broker';
import { ManualRuntime } from '@windlass/clock';
import type { SubmitItem, SubmitOutcome } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import type { RpcClient } from '@windlass/service-kit';
import { describe, expect, it } from 'vitest';
import { SubmissionPacker } from './pack-submissions.js';

interface Sent {
  items: SubmitItem[];
  timeoutMs: number;
  answer(): void;
  fail(error: Error): void;
}

const item = (payload: string): SubmitItem => ({ tenantId: 'acme', type: 'hash', payload });
const limits = {
  timeoutMs: 1_500,
  maxDelayMs: 500,
  maxItems: 100,
  maxBytes: 100_000,
  maxInFlight: 2,
  maxWaiting: 50,
  maxWaitingBytes: 1_000_000,
};
/** The packer sends at the end of an event-loop turn. */
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function setup(overrides: Partial<typeof limits> = {}) {
  const sent: Sent[] = [];
  const runtime = new ManualRuntime();
  const broker = { state: 'up' as 'up' | 'down' };
  const core = {
    call: (_request: unknown, _reply: unknown, body: { items: SubmitItem[] }, { timeoutMs }: { timeoutMs: number }) =>
      new Promise((resolve, reject) => {
        const outcome = (each: SubmitItem): SubmitOutcome => ({ id: each.payload, state: 'queued', created: true });
        sent.push({
          items: body.items,
          timeoutMs,
          answer: () => resolve({ items: body.items.map(outcome) }),
          fail: reject,
        });
      }),
  };
  const packer = new SubmissionPacker(core as unknown as RpcClient, broker as Broker, runtime, {
    ...limits,
    ...overrides,
  });
  return { packer, sent, runtime, broker };
}

describe('submissions of one turn', () => {
  it('travel in one message, in order', async () => {
    const { packer, sent } = setup();
    const answers = ['1', '2', '3'].map((payload) => packer.submit(item(payload)));
    await turn();
    expect(sent.map((pack) => pack.items.map((each) => each.payload))).toEqual([['1', '2', '3']]);
    sent[0]?.answer();
    expect(await Promise.all(answers)).toMatchObject([{ id: '1' }, { id: '2' }, { id: '3' }]);
  });

  it('are split by count and by size, and one that is too large for any pack travels alone', async () => {
    const { packer, sent } = setup({ maxItems: 2, maxBytes: 5_000, maxInFlight: 9 });
    const answers = ['1', '2', '3', 'a'.repeat(9_000), '4'].map((payload) => packer.submit(item(payload)));
    await turn();
    expect(sent.map((pack) => pack.items.map((each) => each.payload.length))).toEqual([[1, 1], [1], [9_000], [1]]);
    for (const pack of sent) pack.answer();
    expect((await Promise.all(answers)).length).toBe(5);
  });
});

describe('a core that does not keep up', () => {
  it('gets no more than the bound at once; what arrives meanwhile is the next pack', async () => {
    const { packer, sent } = setup({ maxItems: 1 });
    const answers = ['1', '2', '3', '4'].map((payload) => packer.submit(item(payload)));
    await turn();
    expect(sent.length).toBe(2);
    sent[0]?.answer();
    await answers[0];
    await turn();
    expect(sent.length).toBe(3);
    for (let next = 1; next < 4; next += 1) {
      sent[next]?.answer();
      await answers[next];
      await turn();
    }
    expect((await Promise.all(answers)).length).toBe(4);
  });

  it('refuses as not accepted, at once, what finds the queue full', async () => {
    const { packer, sent } = setup({ maxItems: 1, maxInFlight: 1, maxWaiting: 3 });
    const answers = ['1', '2', '3'].map((payload) => packer.submit(item(payload)));
    expect(() => packer.submit(item('4'))).toThrow(
      expect.objectContaining({ code: 'submit.not-accepted', retryAfterMs: 1_000 }),
    );
    await turn();
    for (const [index, answer] of answers.entries()) {
      sent[index]?.answer();
      await answer;
      await turn();
    }
  });

  it('refuses as not accepted what finds the queue full of bytes', async () => {
    const { packer, sent } = setup({ maxItems: 1, maxInFlight: 1, maxWaitingBytes: 20_000 });
    const answers = ['1', 'a'.repeat(9_000), 'b'.repeat(9_000)].map((payload) => packer.submit(item(payload)));
    expect(() => packer.submit(item('4'))).toThrow(expect.objectContaining({ code: 'submit.not-accepted' }));
    await turn();
    for (const [index, answer] of answers.entries()) {
      sent[index]?.answer();
      await answer;
      await turn();
    }
    // What has left gives its room back.
    const later = packer.submit(item('5'));
    await turn();
    sent[3]?.answer();
    expect(await later).toMatchObject({ id: '5' });
  });

  it('says not accepted of what an open circuit kept from being sent, and when to come back', async () => {
    const { packer, sent } = setup();
    const answer = packer.submit(item('1')).catch((error: unknown) => error);
    await turn();
    sent[0]?.fail(fault('broker.circuit-open', { retryAfterMs: 4_000 }));
    expect(await answer).toMatchObject({ code: 'submit.not-accepted', retryAfterMs: 4_000 });
  });

  it('refuses as not accepted, unsent, what has waited too long, and gives the rest what time is left', async () => {
    const { packer, sent, runtime } = setup({ maxItems: 1, maxInFlight: 1 });
    const first = packer.submit(item('1'));
    const late = packer.submit(item('2')).catch((error: unknown) => error);
    await turn();
    await runtime.advance(1_000);
    const inTime = packer.submit(item('3'));
    await runtime.advance(400);
    sent[0]?.fail(fault('broker.timeout'));
    await expect(first).rejects.toMatchObject({ code: 'broker.timeout' });
    expect(await late).toMatchObject({ code: 'submit.not-accepted' });
    await turn();
    expect(sent[1]).toMatchObject({ items: [{ payload: '3' }], timeoutMs: 1_100 });
    sent[1]?.answer();
    await inTime;
  });

  it('passes a failed pack to each of its callers and goes on', async () => {
    const { packer, sent } = setup();
    const answers = ['1', '2'].map((payload) => packer.submit(item(payload)).catch((error: unknown) => error));
    await turn();
    sent[0]?.fail(fault('store.unavailable'));
    expect(await Promise.all(answers)).toMatchObject([{ code: 'store.unavailable' }, { code: 'store.unavailable' }]);
    const next = packer.submit(item('3'));
    await turn();
    sent[1]?.answer();
    expect(await next).toMatchObject({ id: '3' });
  });
});

it('refuses as not accepted while the broker is away', () => {
  const { packer, broker } = setup();
  broker.state = 'down';
  expect(() => packer.submit(item('1'))).toThrow(expect.objectContaining({ code: 'submit.not-accepted' }));
});

it('once answers take too long, later ones are refused on arrival, and let in again when core is quick', async () => {
  const { packer, sent, runtime } = setup({ maxItems: 10, maxInFlight: 2 });
  const first = Array.from({ length: 40 }, (_, n) => packer.submit(item(String(n))));
  await turn();
  await runtime.advance(1_000);
  sent[0]?.answer();
  await first[0];
  // 40 under way and a second for an answer: what core does in half a second are 20.
  expect(() => packer.submit(item('refused'))).toThrow(expect.objectContaining({ code: 'submit.not-accepted' }));
  for (const pack of sent.slice(1)) pack.answer();
  for (let n = 0; n < 4; n += 1) {
    await turn();
    for (const pack of sent) pack.answer();
  }
  await Promise.all(first);
  await expect(Promise.race([packer.submit(item('taken')), turn().then(() => 'waits')])).resolves.toBe('waits');
});
