import { expect, it } from 'vitest';
import { groupGoals } from './grow-beyond-group.js';

const END = { kills: 1, outcome: 'oom', text: 'out of memory', workerLives: true, after: 'succeeded' };
const missed = (change: Partial<typeof END>) =>
  groupGoals({ ...END, ...change })
    .filter(({ held }) => !held)
    .map(({ text }) => text);

it('a handler that the kernel kills, its worker alive, reaches the goals', () => {
  expect(missed({})).toEqual([]);
});

it.each<[string, Partial<typeof END>, string]>([
  ['nobody that was killed', { kills: 0 }, 'killed'],
  ['an attempt that succeeded', { outcome: 'succeeded' }, 'ends as oom'],
  ['an error that says nothing', { text: 'it failed' }, 'names memory'],
  ['a worker that died with its handler', { workerLives: false }, 'worker'],
  ['a platform that stands', { after: 'queued' }, 'go on'],
])('%s misses one', (_, change, text) => {
  expect(missed(change)).toEqual([expect.stringContaining(text)]);
});
