import type { Turn } from '../measures/run-turn.js';
import {
  cpuMicros,
  type Figure,
  jobsPerSecond,
  medianOf,
  medianRatio,
  pooledStoredMs,
  resident,
  storedMs,
} from './figures.js';
import { divide } from './statistics.js';

const APP = 'windlass-app';
const SEPARATE = 'windlass-separate';
const EVERYSEC = 'bullmq-everysec';
const ALWAYS = 'bullmq-always';
const POSTGRES_PEER = 'graphile-worker';

export interface Goal {
  id: string;
  measure: string;
  ratioTo: string;
  bound: 'at least' | 'at most';
  goal: number;
  /** The ratio; undefined when one side was not measured. */
  measured(turns: readonly Turn[]): number | undefined;
}

const least = (id: string, measure: string, goal: number, ours: string, theirs: string, figure: Figure): Goal => ({
  ...{ id, measure, ratioTo: theirs, bound: 'at least', goal },
  measured: (turns) => medianRatio(turns, ours, theirs, figure),
});
const most = (...args: Parameters<typeof least>): Goal => ({ ...least(...args), bound: 'at most' });

/** What is to be reached, as far as one run on one machine can tell. */
export const GOALS: readonly Goal[] = [
  least('S1', 'jobs/s, 32 connections, app', 1.2, APP, EVERYSEC, jobsPerSecond(32)),
  least('S2', 'jobs/s, 32 connections, separate', 1.0, SEPARATE, EVERYSEC, jobsPerSecond(32)),
  least('S3', 'jobs/s, 32 connections, app', 1.5, APP, ALWAYS, jobsPerSecond(32)),
  most('S4', 'CPU µs a job there, app, all processes', 0.8, APP, EVERYSEC, cpuMicros),
  least('S5', 'jobs/s, 1 connection, app', 2.2, APP, POSTGRES_PEER, jobsPerSecond(1)),
  least('S6', 'jobs/s, 1 connection, app', 1.0, APP, ALWAYS, jobsPerSecond(1)),
  most('S8', 'p50 at 50 jobs/s, app', 1.1, APP, POSTGRES_PEER, storedMs(0.5)),
  {
    ...{
      id: 'S9',
      measure: 'p99 there, app, all rounds together',
      ratioTo: POSTGRES_PEER,
      bound: 'at most',
      goal: 1.0,
    },
    measured: (turns) => divide(pooledStoredMs(turns, APP, 0.99), pooledStoredMs(turns, POSTGRES_PEER, 0.99)),
  },
  most('S10', 'p50 there, separate', 2, SEPARATE, EVERYSEC, storedMs(0.5)),
  most('S11', 'resident memory, worker and its children, separate', 0.7, SEPARATE, EVERYSEC, resident('worker')),
  most('S12', 'resident memory, gateway, separate', 1.1, SEPARATE, EVERYSEC, resident('http')),
  {
    ...{ id: 'S13', measure: 'resident memory, core-api under load', ratioTo: '200 MiB', bound: 'at most', goal: 1.0 },
    measured: (turns) => divide(medianOf(turns, SEPARATE, resident('core')), 200),
  },
];

/** Goals that this form of the bench does not measure. */
export const LATER = 'S7 and S15 to S20: later';

export function isReached({ bound, goal }: Goal, measured: number): boolean {
  return bound === 'at least' ? measured >= goal : measured <= goal;
}
