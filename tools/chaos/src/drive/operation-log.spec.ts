import { describe, expect, it } from 'vitest';
import { countAnswers, OperationLog } from './operation-log.js';

describe('the log of what clients saw', () => {
  it.each([
    [{ status: 500, code: 'internal.bug' }, 1, 0],
    [{ status: 502 }, 1, 0],
    [{ status: 504 }, 1, 0],
    [{ status: 503, code: 'broker.timeout' }, 0, 1],
    [{ status: 429 }, 0, 1],
    [{ status: 503, code: 'broker.timeout', retryAfterMs: 1_000 }, 0, 0],
    [{ status: 429, retryAfterMs: 0 }, 0, 0],
    [{ status: 409, code: 'submit.duplicate' }, 0, 0],
    [{ status: 202 }, 0, 0],
    [{ status: 0 }, 0, 0],
  ])('of %j has %i server errors and %i without Retry-After', (answer, serverErrors, withoutRetryAfter) => {
    const log = new OperationLog();
    log.add({ op: 'submit', key: 'a' }, answer, 0);
    expect(log.serverErrors).toHaveLength(serverErrors);
    expect(log.withoutRetryAfter).toHaveLength(withoutRetryAfter);
  });

  it('counts answers by what was asked and what was said', () => {
    const log = new OperationLog();
    for (const key of ['a', 'b']) log.add({ op: 'submit', key }, { status: 500, code: 'internal.bug' }, 0);
    log.add({ op: 'read', jobId: 'c' }, { status: 0 }, 0);
    expect(countAnswers(log.operations)).toEqual({ 'submit 500 internal.bug': 2, 'read no answer': 1 });
  });
});
