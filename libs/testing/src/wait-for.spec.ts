import { expect, it } from 'vitest';
import { waitFor } from './wait-for.js';

it('resolves to what the probe returned, once that is truthy', async () => {
  const answers = [undefined, 0, 'ready'];
  expect(await waitFor(() => answers.shift(), { what: 'an answer', intervalMs: 1 })).toBe('ready');
});

it('takes a throwing probe as "not yet" and names the last error when the time is up', async () => {
  const probe = () => Promise.reject(new Error('still away'));
  const failure = waitFor(probe, { what: 'the broker', timeoutMs: 30, intervalMs: 5 });
  await expect(failure).rejects.toMatchObject({
    message: 'waited 30 ms for the broker',
    cause: { message: 'still away' },
  });
});
