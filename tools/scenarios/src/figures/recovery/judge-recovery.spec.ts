import { expect, it } from 'vitest';
import { judgeRecovery } from './judge-recovery.js';
import type { WorkerKill } from './kill-worker.js';

const LEASE_MS = 20_000;
const kill = (change: Partial<WorkerKill> = {}): WorkerKill => ({
  ...{ members: 'all', victim: 'worker-1', recoveredMs: [18_000, 26_900], victimJobs: 2 },
  ...{ neighbourRepeats: 0, unsuccessful: 0, orphanEnds: 0 },
  ...change,
});
const missed = (...kills: WorkerKill[]) =>
  judgeRecovery(kills, LEASE_MS)
    .goals.filter(({ held }) => !held)
    .map(({ text }) => text)
    .join();

it('jobs that run again within the lease and 7 s reach the goal', () => {
  expect(missed(kill(), kill({ members: 'parent' }))).toBe('');
  expect(judgeRecovery([kill()], LEASE_MS).figures).toMatchObject({ recoveryN: 2, recoveryMaxMs: 26_900, kills: 1 });
});

it.each([
  ['one that is late', kill({ recoveredMs: [18_000, 27_100] }), 'within lease'],
  ['one that never runs again', kill({ recoveredMs: [18_000] }), 'ran again'],
  ['a neighbour that runs twice', kill({ neighbourRepeats: 1 }), 'twice'],
  ['one that fails', kill({ unsuccessful: 1 }), 'succeeded'],
  ['an orphan that goes on', kill({ orphanEnds: 1 }), 'went on'],
  ['a kill that met no job', kill({ recoveredMs: [], victimJobs: 0 }), 'ran again'],
])('%s misses it', (_, measured, text) => {
  expect(missed(measured)).toContain(text);
});
