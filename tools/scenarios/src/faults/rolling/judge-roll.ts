import type { Testbed } from '@windlass/testbed';
import type { ScenarioReport } from '../../scenario.js';
import type { JobFact } from '../judge/read-facts.js';
import type { Submission } from '../submit/submit-once.js';

export interface RollCounts {
  accepted: number;
  /** Neither gateway took it: not the one asked, nor, where its port was closed, the other one. */
  failed: number;
  /** Attempts beyond the first of each job. */
  burned: number;
  /** The longest wait for an answer. */
  slowestMs: number;
}

/** What a restart of everything in turn has cost clients and jobs. */
export function judgeRoll(
  submissions: readonly Pick<Submission, 'outcome' | 'fromMs' | 'toMs'>[],
  facts: readonly Pick<JobFact, 'attempt'>[],
): RollCounts {
  const accepted = submissions.filter((each) => each.outcome === 'ok').length;
  return {
    accepted,
    failed: submissions.length - accepted,
    slowestMs: submissions.reduce((most, each) => Math.max(most, each.toMs - each.fromMs), 0),
    burned: facts.reduce((sum, fact) => sum + Math.max(0, fact.attempt - 1), 0),
  };
}

const MOST_LINES = 20;

/** When each failure was asked and answered, and what the answer said; the first of them. */
export function describeFailures(submissions: readonly Submission[]): string[] {
  return submissions
    .filter((each) => each.outcome !== 'ok')
    .slice(0, MOST_LINES)
    .map(({ fromMs, toMs, status = 0, code = 'no answer' }) => {
      return `${new Date(fromMs).toISOString().slice(11, 23)}, ${toMs - fromMs} ms: ${status} ${code}`;
    });
}

/** What SIGTERM promises: an instance that ends by itself, cuts work off or does not heed it has not been restarted in order. */
export function endGoal(ends: ReturnType<Testbed['unaskedEnds']>): ScenarioReport['goals'][number] {
  return { text: 'every instance ends in order, within its time and with exit code 0', held: ends.length === 0 };
}
