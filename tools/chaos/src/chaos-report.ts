import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeVerdict, type VerdictCounts } from '@windlass/proof';
import type { Possible } from './choose-faults.js';
import { countAnswers } from './drive/operation-log.js';
import type { RoundsOptions } from './options.js';
import { keepBrokenRound, keepRound } from './round/keep-round.js';
import { type BrokenRound, isPassed, type RoundReport } from './round/run-round.js';

export interface ChaosReport extends VerdictCounts {
  rounds: number;
  jobs: number;
  seed: number;
  /** How often each was injected. */
  faults: Record<string, number>;
  /** How often each found nothing to be done to. */
  passed: Record<string, number>;
  /** Rounds in which two faults were injected. */
  roundsWithTwo: number;
  /** Processes that ended though no fault ended them. */
  ended: number;
  /** Handler processes that outlived their worker. */
  orphans: number;
  /** Artifacts and large results whose object is missing or not what was recorded. */
  brokenFiles: number;
  /** Calls, or items of a batch, answered by another 5xx than 503. */
  serverErrors: number;
  /** Those answered by a 429 or 503 that does not say when to come again. */
  withoutRetryAfter: number;
  /** Rounds over which nothing could be judged, or that broke off. */
  broken: number;
  skipped: Possible['skipped'];
  failedRounds: { round: number; seed: number; kept: string; again: string; why?: string }[];
  /** What was looked at, over all rounds. */
  looked: { operations: number; jobs: number; runs: number; changes: number };
  accepted: number;
  seconds: number;
}

/** `seed` is the round's own. */
export interface PlayedRound {
  round: number;
  seed: number;
  outcome: RoundReport | { why: string; remains?: BrokenRound['remains'] };
}

export function isFlawless(report: ChaosReport): boolean {
  const { failedRounds, rounds } = report;
  return MUST_BE_ZERO.every((name) => report[name] === 0) && failedRounds.length === 0 && rounds > 0;
}

export async function addRound(
  report: ChaosReport,
  played: PlayedRound,
  options: RoundsOptions,
  progress: (line: string) => void,
): Promise<void> {
  const { round, seed, outcome } = played;
  report.rounds += 1;
  const again = sameDraws(round, options);
  const keepIn = async () => options.keep ?? (await mkdtemp(join(tmpdir(), 'windlass-chaos-kept-')));
  if ('why' in outcome) {
    report.broken += 1;
    const kept = await keepBrokenRound(await keepIn(), { seed, ...outcome });
    report.failedRounds.push({ ...{ round, seed, kept, again }, why: outcome.why });
    progress(`  broke off: ${outcome.why}`);
    progress(`  what there is of it is kept in ${kept}; the same draws again: ${again}`);
    return;
  }
  addCounts(report, outcome);
  tell(outcome, progress);
  if (isPassed(outcome)) return;
  const kept = await keepRound(await keepIn(), outcome);
  report.failedRounds.push({ round, seed, kept, again });
  progress(`  FAILED, kept in ${kept}; the same draws again: ${again}`);
}

function addCounts(report: ChaosReport, outcome: RoundReport): void {
  const { verdict, history } = outcome;
  for (const name of COUNTED) report[name] += verdict[name];
  for (const name of LOOKED) report.looked[name] += verdict.looked[name];
  report.accepted += history.final.keys.length;
  report.ended += outcome.ended.length;
  report.orphans += outcome.orphans.length;
  report.brokenFiles += outcome.files.length;
  report.serverErrors += outcome.serverErrors.length;
  report.withoutRetryAfter += outcome.withoutRetryAfter.length;
  for (const fault of outcome.faults) report.faults[fault] = (report.faults[fault] ?? 0) + 1;
  for (const fault of outcome.passed) report.passed[fault] = (report.passed[fault] ?? 0) + 1;
  if (outcome.faults.length > 1) report.roundsWithTwo += 1;
}

function tell(outcome: RoundReport, progress: (line: string) => void): void {
  const { verdict, quiet, passed, serverErrors, withoutRetryAfter } = outcome;
  progress(`  ${describeVerdict(verdict).replaceAll('\n', '\n  ')}${quiet ? '' : '; never became quiet'}`);
  if (passed.length > 0) progress(`  found nothing to be done to: ${passed.join(', ')}`);
  for (const { name, how } of outcome.ended) progress(`  ${name} ended by itself: ${how}`);
  for (const { pid, command } of outcome.orphans) progress(`  process ${pid} outlived its worker: ${command}`);
  for (const line of outcome.files) progress(`  not what was recorded: ${line}`);
  if (serverErrors.length > 0) progress(`  errors of the server: ${JSON.stringify(countAnswers(serverErrors))}`);
  if (withoutRetryAfter.length > 0)
    progress(`  turned away without Retry-After: ${JSON.stringify(countAnswers(withoutRetryAfter))}`);
}

/** Without `--keep`: where this one was kept is no part of the draws. */
function sameDraws(round: number, { seed, jobs, leaseMs, only }: RoundsOptions): string {
  const named = only.length > 0 ? ` --only ${only.join(',')}` : '';
  return `pnpm chaos --seed ${seed} --from ${round} --rounds 1 --jobs ${jobs} --lease-ms ${leaseMs}${named}`;
}

const COUNTED = ['lost', 'doubleTerminal', 'duplicateEffects', 'staleWrites', 'unjustifiedRuns', 'stuck'] as const;
const MUST_BE_ZERO = [
  ...COUNTED,
  ...(['ended', 'orphans', 'brokenFiles', 'serverErrors', 'withoutRetryAfter', 'broken'] as const),
];
const LOOKED = ['operations', 'jobs', 'runs', 'changes'] as const;

export function emptyReport(options: Pick<RoundsOptions, 'jobs' | 'seed'>, { faults, skipped }: Possible): ChaosReport {
  return {
    ...{ rounds: 0, jobs: options.jobs, seed: options.seed },
    faults: Object.fromEntries(faults.map(({ name }) => [name, 0])),
    ...{ passed: {}, roundsWithTwo: 0 },
    ...{ lost: 0, doubleTerminal: 0, duplicateEffects: 0, staleWrites: 0, unjustifiedRuns: 0, stuck: 0 },
    ...{ ended: 0, orphans: 0, brokenFiles: 0, serverErrors: 0, withoutRetryAfter: 0, broken: 0 },
    ...{ skipped, failedRounds: [] },
    looked: { operations: 0, jobs: 0, runs: 0, changes: 0 },
    ...{ accepted: 0, seconds: 0 },
  };
}
