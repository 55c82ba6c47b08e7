import { expect, it } from 'vitest';
import type { LeaderKill, LeaderPause } from './failover-measures.js';
import { judgeFailover } from './judge-failover.js';

const TTL_MS = 10_000;
const KILL: LeaderKill = { ledMs: 9_800, dispatchedMs: 10_900 };
const PAUSE: LeaderPause = { ledMs: 9_000, movedByOldTerm: 0, staleWrites: 0, movedByNewLeader: 5, stepsDown: true };
const missed = (kills: LeaderKill[], pauses: LeaderPause[]) =>
  judgeFailover(kills, pauses, TTL_MS)
    .goals.filter(({ held }) => !held)
    .map(({ text }) => text)
    .join();

it('a new leader within the TTL and 2 s reaches the goal', () => {
  expect(missed([KILL, KILL], [PAUSE])).toBe('');
  expect(judgeFailover([KILL], [PAUSE], TTL_MS).figures).toMatchObject({ failoverN: 1, failoverP99Ms: 9_800 });
});

it('a kill before which the job had begun shows nothing of dispatch', () => {
  expect(missed([KILL, { ledMs: 9_000, dispatchedBefore: true }], [PAUSE])).toBe('');
  expect(missed([{ ledMs: 9_000, dispatchedBefore: true }], [PAUSE])).toContain('dispatched');
});

it.each<[string, LeaderKill, LeaderPause, string]>([
  ['one kill in two that takes longer', { ...KILL, ledMs: 12_001 }, PAUSE, 'of the kill'],
  ['nobody that leads after a kill', { dispatchedMs: 9_000 }, PAUSE, 'after every kill'],
  ['nothing that is dispatched', { ledMs: 9_000 }, PAUSE, 'was dispatched'],
  ['a pause that takes longer', KILL, { ...PAUSE, ledMs: 12_001 }, 'of the pause'],
  ['an old term that still moves jobs', KILL, { ...PAUSE, movedByOldTerm: 1 }, 'old term'],
  ['a pause in which nothing was due', KILL, { ...PAUSE, movedByNewLeader: 0 }, 'old term'],
  ['a stale write', KILL, { ...PAUSE, staleWrites: 1 }, 'while another led'],
  ['a leader that does not step down', KILL, { ...PAUSE, stepsDown: false }, 'steps down'],
])('%s misses it', (_, kill, pause, text) => {
  expect(missed([KILL, kill], [pause])).toContain(text);
});
