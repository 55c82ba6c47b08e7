import type { ScenarioReport } from '../../scenario.js';
import type { Submission } from '../submit/submit-once.js';

export interface RefusalCounts {
  accepted: number;
  refused: number;
  /** 503 without `Retry-After`. */
  withoutRetryAfter: number;
  /** Neither accepted nor refused with 503: other errors, and no answer at all. */
  otherwise: number;
}

/** How a gateway spoke while something behind it was full. */
export function judgeRefusals(
  submissions: readonly Pick<Submission, 'outcome' | 'status' | 'retryAfter'>[],
): RefusalCounts {
  const refusals = submissions.filter((each) => each.status === 503);
  const accepted = submissions.filter((each) => each.outcome === 'ok').length;
  return {
    accepted,
    refused: refusals.length,
    withoutRetryAfter: refusals.filter((each) => !each.retryAfter).length,
    otherwise: submissions.length - accepted - refusals.length,
  };
}

export function goalsOfRefusals(what: string, counts: RefusalCounts): ScenarioReport['goals'] {
  return [
    { text: `${what}: submissions are refused`, held: counts.refused > 0 },
    {
      text: `${what}: every refusal is a 503 with Retry-After`,
      held: counts.withoutRetryAfter + counts.otherwise === 0,
    },
  ];
}

/** The same figures under names that tell what was full. */
export function named(prefix: string, counts: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).map(([name, value]) => [
      `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`,
      value as number,
    ]),
  );
}
