import { ManualRuntime } from '@windlass/clock';
import type { SubmitItem, SubmitOutcome } from '@windlass/contracts';
import { asProblem, type FaultCode, fault } from '@windlass/faults';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SubmissionPacker } from './pack-submissions.js';
import { MAX_REPEATING, SubmissionSender } from './send-submission.js';

const item: SubmitItem = { tenantId: 'acme', type: 'hash', payload: '1', idempotencyKey: 'k', fingerprint: 'f' };
const accepted: SubmitOutcome = { id: 'j', state: 'queued', created: false };
const refusal = (code: FaultCode): SubmitOutcome => ({ problem: asProblem(fault(code)) });

let runtime: ManualRuntime;
let sentAtMs: number[];
let answer: () => Promise<SubmitOutcome>;
let sender: SubmissionSender;
beforeEach(() => {
  runtime = new ManualRuntime();
  sentAtMs = [];
  const startMs = runtime.monotonicMs();
  const packer = {
    submit: () => {
      sentAtMs.push(runtime.monotonicMs() - startMs);
      return answer();
    },
  };
  sender = new SubmissionSender(packer as unknown as SubmissionPacker, runtime);
});

describe('while the first request under a key is under way', () => {
  it('a repetition is sent again after 50 to 200 ms, and gets the answer as soon as there is one', async () => {
    answer = async () => (sentAtMs.length < 5 ? refusal('submit.key-in-progress') : accepted);
    const outcome = sender.send(item);
    await runtime.advance(2_000);
    expect(await outcome).toEqual(accepted);
    expect(sentAtMs).toEqual([0, 50, 150, 350, 550]);
  });

  it('gets the 409 after two seconds', async () => {
    answer = async () => refusal('submit.key-in-progress');
    const outcome = sender.send(item);
    await runtime.advance(1_999);
    await runtime.advance(1);
    expect(await outcome).toMatchObject({ problem: { code: 'submit.key-in-progress', retryAfterMs: 1_000 } });
    expect(sentAtMs.at(-1)).toBeLessThanOrEqual(2_000);
    expect(sentAtMs.length).toBeGreaterThan(8);
  });

  it('a failure on the way does not turn into a refusal: the job may be accepted all the same', async () => {
    answer = async () => {
      if (sentAtMs.length > 1) throw fault('submit.not-accepted');
      return refusal('submit.key-in-progress');
    };
    const outcome = sender.send(item);
    await runtime.advance(100);
    expect(await outcome).toMatchObject({ problem: { code: 'submit.key-in-progress' } });
  });

  it('only so many wait: the rest get the 409 at once', async () => {
    answer = async () => refusal('submit.key-in-progress');
    const waiting = Array.from({ length: MAX_REPEATING }, () => sender.send(item));
    await runtime.advance(1);
    expect(await sender.send(item)).toMatchObject({ problem: { code: 'submit.key-in-progress' } });
    await runtime.advance(3_000);
    await Promise.all(waiting);
    // Their places are free again.
    answer = async () => (sentAtMs.length % 2 ? refusal('submit.key-in-progress') : accepted);
    sentAtMs = [];
    const later = sender.send(item);
    await runtime.advance(100);
    expect(await later).toEqual(accepted);
  });
});

it.each(['submit.key-reused', 'submit.duplicate'] as const)('%s is passed on at once', async (code) => {
  answer = async () => refusal(code);
  expect(await sender.send(item)).toMatchObject({ problem: { code } });
  expect(sentAtMs).toEqual([0]);
});
