import type { Ended } from './run-program.js';

/**
 * `judged`: the tool says that what it saw was wrong. `passed`: that it was right. `crashed`: it ended without a judgement.
 * `timed-out`: it did not end. Only the first catches a mutant: a tool that breaks down has seen nothing.
 */
export interface Judgement {
  how: 'judged' | 'passed' | 'crashed' | 'timed-out';
  said: string;
}

/** The counts of a verdict, as the checker names them, and what chaos sees besides. */
const COUNTS = [
  ...['lost', 'doubleTerminal', 'duplicateEffects', 'staleWrites', 'unjustifiedRuns', 'stuck'],
  ...['ended', 'orphans', 'brokenFiles', 'serverErrors', 'withoutRetryAfter'],
];
/** How the checker tells a violation to people. */
const VIOLATION = /^.*\bH\d\b.*$/m;
const MAX_SAID = 400;

export function judge({ code, timedOut, stdout, stderr }: Ended): Judgement {
  if (timedOut) return { how: 'timed-out', said: lastLine(stderr) };
  const document = parse(stdout);
  if (document === undefined) return { how: 'crashed', said: `exit ${code}, no JSON: ${lastLine(stderr)}` };
  const finding = findingOf(document, stderr);
  if (code === 0 && finding === undefined) return { how: 'passed', said: '' };
  if (code === 1 && finding !== undefined) return { how: 'judged', said: finding.slice(0, MAX_SAID) };
  return {
    how: 'crashed',
    said: `exit ${code} with ${finding === undefined ? 'no finding' : finding}: ${lastLine(stderr)}`.slice(0, MAX_SAID),
  };
}

/** What the document says is wrong: a counterexample of the model, counts above zero, goals of scenarios that were not held. */
function findingOf(document: object, stderr: string): string | undefined {
  if (Array.isArray(document)) return goalsNotHeld(document);
  const { counterexample, ...rest } = document as Record<string, unknown>;
  if (isRecord(counterexample)) return String(counterexample.error);
  const counts = COUNTS.flatMap((name) => {
    const n = rest[name];
    return typeof n === 'number' && n > 0 ? [`${name} ${n}`] : [];
  });
  if (counts.length === 0) return undefined;
  const violation = firstViolation(rest) ?? VIOLATION.exec(stderr)?.[0].trim();
  return violation === undefined ? counts.join(', ') : `${counts.join(', ')}: ${violation}`;
}

/** A scenario that broke off has no goals. */
function goalsNotHeld(reports: unknown[]): string | undefined {
  const missed = reports.flatMap((report) => {
    const goals = isRecord(report) && Array.isArray(report.goals) ? (report.goals as unknown[]) : [];
    return goals.flatMap((goal) => (isRecord(goal) && goal.held === false ? [`not held: ${goal.text}`] : []));
  });
  return missed.length > 0 ? missed.join('; ') : undefined;
}

/** Of the first seed that failed, where there are such. */
function firstViolation({ failed }: Record<string, unknown>): string | undefined {
  const [first] = Array.isArray(failed) ? (failed as unknown[]) : [];
  return isRecord(first)
    ? `seed ${first.seed}: ${VIOLATION.exec(String(first.text))?.[0].trim() ?? first.text}`
    : undefined;
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, MAX_SAID) ?? '';
