import type { Verdict, VerdictCounts } from './history.js';

const COUNTS: [keyof VerdictCounts, string][] = [
  ['lost', 'lost'],
  ['doubleTerminal', 'double terminal'],
  ['duplicateEffects', 'duplicate effects'],
  ['staleWrites', 'stale writes'],
  ['unjustifiedRuns', 'unjustified runs'],
  ['stuck', 'stuck'],
];
/** Of violations, for a terminal: the rest is in the JSON. */
const SHOWN = 20;

/** Whether nothing was found; over no operations and no changes nothing was looked at, and that is not clean. */
export function isClean(verdict: Verdict): boolean {
  return (
    COUNTS.every(([count]) => verdict[count] === 0) && verdict.violations.length === 0 && verdict.looked.changes > 0
  );
}

/** A few lines for people: what was looked at, the counts, the first violations. */
export function describeVerdict(verdict: Verdict): string {
  const { operations, jobs, runs, changes, faults } = verdict.looked;
  const looked = `looked at ${operations} operations, ${jobs} jobs, ${runs} handler runs, ${changes} changes, ${faults} faults`;
  if (changes === 0) return `NOTHING JUDGED: no change was recorded; ${looked}`;
  const counts = COUNTS.map(([count, name]) => `${verdict[count]} ${name}`).join(', ');
  const shown = verdict.violations
    .slice(0, SHOWN)
    .map(({ rule, jobId, text }) => `  ${rule}${jobId ? ` ${jobId}` : ''}: ${text}`);
  const total = COUNTS.reduce((sum, [count]) => sum + verdict[count], 0);
  const more = total > shown.length ? [`  … and ${total - shown.length} more`] : [];
  return [`${isClean(verdict) ? 'clean' : 'VIOLATED'}: ${counts}; ${looked}`, ...shown, ...more].join('\n');
}
