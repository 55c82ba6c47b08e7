import { expect, it } from 'vitest';
import { judgeGraceful } from './judge-graceful.js';
import type { StopUnderLoad } from './stop-under-load.js';

const STOP: StopUnderLoad = {
  ...{ stopped: 'worker-1', signal: 'SIGTERM', tookMs: 900, exitCode: 0, accepted: 50, burned: 0, breaks: [] },
  ...{ ok: 100, refused: 3, notConnected: 0, broken: 0 },
};
const missed = (handOvers: (number | undefined)[], ...stops: StopUnderLoad[]) =>
  judgeGraceful(handOvers, stops)
    .goals.filter(({ held }) => !held)
    .map(({ text }) => text)
    .join();

it('a hand-over within a second and stops that break nothing reach the goals', () => {
  expect(missed([300, 900], STOP, { ...STOP, stopped: 'gateway-1', notConnected: 9 })).toBe('');
  expect(judgeGraceful([300], [STOP]).figures).toMatchObject({ handOverMaxMs: 300, 'worker-1: refused': 3 });
});

it.each<[string, (number | undefined)[], StopUnderLoad, string]>([
  ['a slow hand-over', [300, 1_001], STOP, 'within 1000 ms'],
  ['none', [300, undefined], STOP, 'after every stop'],
  ['a request that breaks', [300], { ...STOP, broken: 1 }, 'was answered'],
  ['a refused connection though no gateway stopped', [300], { ...STOP, notConnected: 1 }, 'refuses connections'],
  ['a burned attempt', [300], { ...STOP, burned: 1 }, 'burned'],
  ['an end by force', [300], { ...STOP, exitCode: 1 }, 'in order'],
])('%s misses them', (_, handOvers, stop, text) => {
  expect(missed(handOvers, stop)).toContain(text);
});
