import type { Rule, Verdict, VerdictCounts, Violation } from '../history.js';

/** Kept per rule: enough to see the pattern, and a broken run stays readable. All are counted. */
const KEPT = 50;

/** How a rule tells what it found. */
export type Report = (counts: keyof VerdictCounts, text: string, jobId?: string) => void;

export class Violations {
  private readonly kept: Violation[] = [];
  private readonly perRule = new Map<Rule, number>();
  private readonly counts: VerdictCounts = {
    lost: 0,
    doubleTerminal: 0,
    duplicateEffects: 0,
    staleWrites: 0,
    unjustifiedRuns: 0,
    stuck: 0,
  };

  of(rule: Rule): Report {
    return (counts, text, jobId) => {
      this.counts[counts] += 1;
      const already = this.perRule.get(rule) ?? 0;
      this.perRule.set(rule, already + 1);
      if (already < KEPT) this.kept.push({ rule, counts, text, ...(jobId === undefined ? {} : { jobId }) });
    };
  }

  verdict(looked: Verdict['looked']): Verdict {
    return { ...this.counts, violations: this.kept, looked };
  }
}
