import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './runner-harness.spec.fixture.js';

describe('how a handler ends its job', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  const ending = (how: string, ...args: unknown[]) => harness.once('rogue.end', { how, args });

  it('CancelJob cancels the job, and its message is the reason', async () => {
    expect(await harness.once('rogue.throw', { how: 'cancel' })).toMatchObject({
      kind: 'cancelled',
      error: { class: 'CancelJob', message: 'nobody needs it', stack: '' },
    });
  });

  it('context.cancel does the same, with or without a reason', async () => {
    expect(await ending('cancel', 'superseded')).toMatchObject({ kind: 'cancelled', error: { message: 'superseded' } });
    const error = { class: 'CancelJob', message: 'The handler cancelled the job.' };
    expect(await ending('cancel')).toMatchObject({ kind: 'cancelled', error });
  });

  it('context.fail fails it for good', async () => {
    expect(await ending('fail', 'cut off', 'cad.truncated')).toMatchObject({
      kind: 'failed',
      retry: 'never',
      error: { class: 'FailJob', code: 'cad.truncated', message: 'cut off', stack: '' },
    });
  });

  it.each([
    [1_500, 1_500],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['9999d', 366 * 86_400_000],
  ])('context.retryAfter(%o) asks for another attempt after that', async (delay, delayMs) => {
    expect(await ending('retryAfter', delay, 'not ready')).toMatchObject({
      kind: 'failed',
      retry: { delayMs },
      error: { class: 'RetryJob', message: 'not ready' },
    });
  });

  it("a code given to context.retryAfter is that of the attempt's error, and without one there is none", async () => {
    expect(await ending('retryAfter', '30s', 'busy', 'api.rate-limited')).toMatchObject({
      kind: 'failed',
      retry: { delayMs: 30_000 },
      error: { class: 'RetryJob', code: 'api.rate-limited', message: 'busy', stack: '' },
    });
    const plain = await ending('retryAfter', '30s', 'busy');
    expect(plain.kind === 'failed' && plain.error).toEqual({ class: 'RetryJob', message: 'busy', stack: '' });
  });

  it.each([-1, '5', 'soon', '1.5h', ''])('context.retryAfter(%o) is a mistake of the handler', async (delay) => {
    expect(await ending('retryAfter', delay)).toMatchObject({
      kind: 'failed',
      retry: 'default',
      error: { class: 'TypeError', message: expect.stringContaining('"30s"') },
    });
  });
});
