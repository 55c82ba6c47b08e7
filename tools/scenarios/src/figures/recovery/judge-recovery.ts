import { atMost, holds, type Judged } from '../../load/report-goals.js';
import { spread } from '../../load/statistics.js';
import type { WorkerKill } from './kill-worker.js';

/** Beyond the lease: the wheel's turn, the hand-over and the start of a child. */
export const GOAL_BEYOND_LEASE_MS = 7_000;

export function judgeRecovery(kills: readonly WorkerKill[], leaseMs: number): Judged {
  const times = kills.flatMap(({ recoveredMs }) => recoveredMs);
  const of = (members: string) =>
    kills.filter((kill) => kill.members === members).flatMap(({ recoveredMs }) => recoveredMs);
  const sum = (value: (kill: WorkerKill) => number) => kills.reduce((total, kill) => total + value(kill), 0);
  const [jobs, neighbourRepeats, unsuccessful, orphanEnds] = [
    sum(({ victimJobs }) => victimJobs),
    sum((kill) => kill.neighbourRepeats),
    sum((kill) => kill.unsuccessful),
    sum((kill) => kill.orphanEnds),
  ];
  const goalMs = leaseMs + GOAL_BEYOND_LEASE_MS;
  return {
    figures: {
      ...{ kills: kills.length, jobsOfVictims: jobs, goalMs, neighbourRepeats, unsuccessful, orphanEnds },
      ...spread('recovery', times),
      ...spread('recoveryGroup', of('all')),
      ...spread('recoveryParentOnly', of('parent')),
    },
    goals: [
      atMost(
        `each job of a killed worker runs again within lease + ${GOAL_BEYOND_LEASE_MS / 1_000} s`,
        times.length > 0 ? Math.max(...times) : undefined,
        goalMs,
      ),
      holds('each of them ran again', jobs > 0 && times.length === jobs),
      holds('no job of the other worker ran twice', neighbourRepeats === 0),
      holds('every job succeeded', unsuccessful === 0),
      holds('no handler of a dead worker went on to its end', orphanEnds === 0),
    ],
  };
}
