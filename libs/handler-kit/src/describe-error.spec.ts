import { expect, it } from 'vitest';
import { describeError } from './describe-error.js';

it('an error tells what caused it, and takes the code of the first that has one', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5999'), { code: 'ECONNREFUSED' });
  expect(describeError(new TypeError('fetch failed', { cause: refused }))).toMatchObject({
    class: 'TypeError',
    code: 'ECONNREFUSED',
    message: 'fetch failed; caused by: connect ECONNREFUSED 127.0.0.1:5999',
  });
  expect(describeError(new AggregateError([new Error('one'), new Error('two')], 'both failed')).message).toBe(
    'both failed; caused by: one',
  );
});

it('a chain without an end, or with getters that throw, ends all the same', () => {
  const ring = new Error('a');
  ring.cause = new Error('b', { cause: ring });
  expect(describeError(ring).message).toBe('a; caused by: b');
  const deep = [1, 2, 3, 4, 5].reduce((cause, n) => new Error(String(n), { cause }), new Error('0'));
  expect(describeError(deep).message).toBe('5; caused by: 4; caused by: 3; caused by: 2');
  const hostile = Object.defineProperty(new Error('c'), 'cause', {
    get: () => {
      throw new Error('no');
    },
  });
  expect(describeError(hostile).message).toBe('c');
});

it('a long message leaves room for its cause', () => {
  const { message } = describeError(new Error('x'.repeat(10_000), { cause: new Error('the reason') }));
  expect(Buffer.byteLength(message)).toBeLessThan(4_200);
  expect(message).toContain('caused by: the reason');
});
