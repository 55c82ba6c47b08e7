import type { ScenarioReport } from '../../scenario.js';
import type { JobCounts } from './judge-jobs.js';

type Goal = ScenarioReport['goals'][number];

/** A goal for each count, so that a report names the one that was missed. */
export function goalsOf(counts: JobCounts): Goal[] {
  const texts: Record<keyof JobCounts, string> = {
    lost: 'every acknowledged job is in the database',
    stuck: 'every acknowledged job comes to its end',
    doubleTerminal: 'each has exactly one terminal event',
    foreignResults: 'each result is that of a run of its handler',
    unjustifiedRuns: 'no handler runs again without an ended attempt',
    ghosts: 'no handler runs for a job that the database does not know',
    falselyRefused: 'nothing that was surely refused exists',
    halfMade: 'no job without its key, no key without its job',
  };
  return (Object.keys(texts) as (keyof JobCounts)[]).map((name) => ({ text: texts[name], held: counts[name] === 0 }));
}
