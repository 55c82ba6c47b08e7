import { atMost, holds, type Judged } from '../../load/report-goals.js';
import { spread } from '../../load/statistics.js';
import type { Outage } from './take-away.js';

export const GOAL_ACCEPT_MS = 10_000;

export function judgePostgresBack(outages: readonly Outage[]): Judged {
  const times = outages.flatMap(({ acceptedMs }) => acceptedMs ?? []);
  const sum = (value: (outage: Outage) => number) => outages.reduce((total, outage) => total + value(outage), 0);
  const [extraRuns, extraClaims] = [sum((each) => each.extraRuns), sum((each) => each.extraClaims)];
  const [running, unsuccessful] = [sum((each) => each.running), sum((each) => each.unsuccessful)];
  const [dishonest, acceptedMeanwhile] = [sum((each) => each.dishonest), sum((each) => each.acceptedMeanwhile)];
  // An outage without jobs shows nothing.
  const ran = outages.length > 0 && outages.every((each) => each.running > 0);
  const figures: Judged['figures'] = {
    ...{ outages: outages.length, runningJobs: running, extraRuns, extraClaims, unsuccessful },
    ...{ dishonest, acceptedMeanwhile },
    ...spread('accept', times),
  };
  for (const { kind, acceptedMs, awayMs } of outages) {
    figures[`${kind}: awayMs`] = awayMs;
    if (acceptedMs !== undefined) figures[`${kind}: acceptedMs`] = acceptedMs;
  }
  return {
    figures,
    goals: [
      atMost(
        `a job is accepted within ${GOAL_ACCEPT_MS / 1_000} s of PostgreSQL's return`,
        times.length === outages.length && times.length > 0 ? Math.max(...times) : undefined,
        GOAL_ACCEPT_MS,
      ),
      holds('no running job ran again', ran && extraRuns === 0 && extraClaims === 0),
      holds('every running job succeeded', unsuccessful === 0),
      holds('nothing was accepted while it was away', acceptedMeanwhile === 0),
      holds('each refusal was a 503 with Retry-After', dishonest === 0),
    ],
  };
}
