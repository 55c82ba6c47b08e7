import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeVerdict, type VerdictCounts } from '@windlass/proof';
import { CleanUp } from '@windlass/scenarios';
import { namedFaults, type Possible, possibleFaults } from './choose-faults.js';
import type { RoundsOptions } from './options.js';
import { openPlatform } from './platform/open-platform.js';
import { type RunServers, startOwnServers } from './platform/own-servers.js';
import { PlatformInUse } from './platform/platform-in-use.js';
import { keepRound } from './round/keep-round.js';
import { isPassed, playRound, type RoundOptions, type RoundReport } from './round/run-round.js';

export interface ChaosReport extends VerdictCounts {
  rounds: number;
  jobs: number;
  seed: number;
  /** How often each was injected. */
  faults: Record<string, number>;
  /** Processes that ended though no fault ended them. */
  ended: number;
  /** Handler processes that outlived their worker. */
  orphans: number;
  /** Artifacts and large results whose object is missing or not what was recorded. */
  brokenFiles: number;
  /** Rounds over which nothing could be judged, or that broke off. */
  broken: number;
  skipped: Possible['skipped'];
  failedRounds: { round: number; seed: number; kept: string; why?: string }[];
  /** What was looked at, over all rounds. */
  looked: { operations: number; jobs: number; runs: number; changes: number };
  accepted: number;
  seconds: number;
}

/** @param signal ends the run at once: what it has started is stopped, and the report is of the rounds before */
export async function runChaos(
  options: RoundsOptions,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<ChaosReport> {
  const beginMs = performance.now();
  const named = namedFaults(options.only);
  const cleanUp = new CleanUp(progress);
  const own = await startOwnServers(progress);
  cleanUp.add('the servers', own.stop);
  try {
    const possible = await possibleFaults(named, own.foreign);
    for (const { fault, why } of possible.skipped) progress(`skipped ${fault}: ${why}`);
    if (possible.faults.length === 0) throw new Error('none of these faults can be injected here');
    const report = emptyReport(options, possible);
    const inUse = new PlatformInUse(() => openPlatform(own.servers, options.leaseMs));
    cleanUp.add('the platform', () => inUse.end());
    const played = playRounds({ ...options, ...own, progress, faults: possible.faults }, { inUse, report, signal });
    await Promise.race([played, untilAborted(signal)]);
    report.seconds = Math.round((performance.now() - beginMs) / 1_000);
    return report;
  } finally {
    await cleanUp.run();
  }
}

/** After the signal it goes on in the background, without its servers, until the process ends: nothing of that is in the report. */
async function playRounds(
  options: RoundsOptions & Pick<RunServers, 'servers' | 'mend'> & Pick<RoundOptions, 'faults' | 'progress'>,
  { inUse, report, signal }: { inUse: PlatformInUse; report: ChaosReport; signal: AbortSignal },
): Promise<void> {
  const { rounds, mend, progress } = options;
  for (let round = 0; round < rounds && !signal.aborted; round += 1) {
    const seed = (options.seed + round) % 2 ** 32;
    progress(`round ${round + 1} of ${rounds}, seed ${seed}`);
    await mend();
    if (signal.aborted) return;
    const outcome = await inUse
      .take()
      .then((platform) => {
        signal.throwIfAborted();
        return playRound(platform, { ...options, seed });
      })
      .catch((error: unknown) => String((error as Error).stack ?? error));
    if (signal.aborted) return;
    await inUse.settle(typeof outcome === 'string' ? undefined : outcome);
    await addRound(report, { round: round + 1, seed, outcome }, options, progress);
  }
  await inUse.end();
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

export function isFlawless(report: ChaosReport): boolean {
  const { lost, doubleTerminal, duplicateEffects, staleWrites, unjustifiedRuns, stuck } = report;
  const { ended, orphans, brokenFiles, broken } = report;
  const counts = [lost, doubleTerminal, duplicateEffects, staleWrites, unjustifiedRuns, stuck];
  counts.push(ended, orphans, brokenFiles, broken);
  return counts.every((count) => count === 0) && report.failedRounds.length === 0 && report.rounds > 0;
}

async function addRound(
  report: ChaosReport,
  { round, seed, outcome }: { round: number; seed: number; outcome: RoundReport | string },
  options: RoundsOptions,
  progress: (line: string) => void,
): Promise<void> {
  report.rounds += 1;
  if (typeof outcome === 'string') {
    report.broken += 1;
    report.failedRounds.push({ round, seed, kept: '', why: outcome });
    progress(`  broke off: ${outcome}`);
    return;
  }
  const { verdict, history } = outcome;
  for (const name of COUNTED) report[name] += verdict[name];
  for (const name of LOOKED) report.looked[name] += verdict.looked[name];
  report.accepted += history.final.keys.length;
  report.ended += outcome.ended.length;
  report.orphans += outcome.orphans.length;
  report.brokenFiles += outcome.files.length;
  for (const fault of outcome.faults) report.faults[fault] = (report.faults[fault] ?? 0) + 1;
  progress(`  ${describeVerdict(verdict).replaceAll('\n', '\n  ')}${outcome.quiet ? '' : '; never became quiet'}`);
  for (const { name, how } of outcome.ended) progress(`  ${name} ended by itself: ${how}`);
  for (const { pid, command } of outcome.orphans) progress(`  process ${pid} outlived its worker: ${command}`);
  for (const line of outcome.files) progress(`  not what was recorded: ${line}`);
  if (isPassed(outcome)) return;
  const kept = await keepRound(options.keep ?? (await mkdtemp(join(tmpdir(), 'windlass-chaos-kept-'))), outcome);
  report.failedRounds.push({ round, seed, kept });
  const only = options.only.length > 0 ? ` --only ${options.only.join(',')}` : '';
  const again = `pnpm chaos --rounds 1 --seed ${seed} --jobs ${options.jobs} --lease-ms ${options.leaseMs}${only}`;
  progress(`  FAILED, kept in ${kept}; the same draws again: ${again}`);
}

const COUNTED = ['lost', 'doubleTerminal', 'duplicateEffects', 'staleWrites', 'unjustifiedRuns', 'stuck'] as const;
const LOOKED = ['operations', 'jobs', 'runs', 'changes'] as const;

function emptyReport(options: RoundsOptions, { faults, skipped }: Possible): ChaosReport {
  return {
    rounds: 0,
    jobs: options.jobs,
    seed: options.seed,
    faults: Object.fromEntries(faults.map(({ name }) => [name, 0])),
    ...{ lost: 0, doubleTerminal: 0, duplicateEffects: 0, staleWrites: 0, unjustifiedRuns: 0, stuck: 0 },
    ...{ ended: 0, orphans: 0, brokenFiles: 0, broken: 0, skipped, failedRounds: [] },
    looked: { operations: 0, jobs: 0, runs: 0, changes: 0 },
    ...{ accepted: 0, seconds: 0 },
  };
}
