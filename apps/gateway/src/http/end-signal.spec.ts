import { expect, it } from 'vitest';
import { EndSignal } from './end-signal.js';

/** How many it would call. */
const listeners = (signal: EndSignal) => (signal as unknown as { listeners: Set<unknown> }).listeners.size;

it('keeps nothing of what has ended before it: a signal lives as long as the process', async () => {
  const signal = new EndSignal();
  for (let n = 0; n < 100; n += 1) expect(await signal.orEnd(Promise.resolve(n))).toBe(n);
  await expect(signal.orEnd(Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(listeners(signal)).toBe(0);
});

it('ends a wait when it fires, and every later one at once', async () => {
  const signal = new EndSignal();
  const waiting = signal.orEnd(new Promise(() => undefined));
  signal.fire();
  expect(await waiting).toBeUndefined();
  expect(await signal.orEnd(new Promise(() => undefined))).toBeUndefined();
  let called = 0;
  signal.listen(() => {
    called += 1;
  });
  expect(called).toBe(1);
});

it('leaves nobody with the failure of what it has ended', async () => {
  const signal = new EndSignal();
  let fail = (_error: Error) => {};
  const work = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const waiting = signal.orEnd(work);
  signal.fire();
  await waiting;
  // Vitest fails the run over a rejection that nobody handles.
  fail(new Error('late'));
});
