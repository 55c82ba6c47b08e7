import { once } from 'node:events';
import { CleanUp } from '@windlass/scenarios';
import { addRound, type ChaosReport, emptyReport, type PlayedRound } from './chaos-report.js';
import { namedFaults, possibleFaults } from './choose-faults.js';
import type { Fault } from './faults/fault.js';
import type { RoundsOptions } from './options.js';
import { openPlatform } from './platform/open-platform.js';
import { type RunServers, startOwnServers } from './platform/own-servers.js';
import { PlatformInUse } from './platform/platform-in-use.js';
import { dealRounds } from './round/deal-rounds.js';
import { BrokenRound, playRound, type RoundOptions } from './round/run-round.js';

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
    const impossible = new Set(possible.skipped.map(({ fault }) => fault));
    const dealt = dealRounds(options.seed, named, impossible);
    const played = playRounds({ ...options, ...own, progress, dealt }, { inUse, report, signal });
    await Promise.race([played, untilAborted(signal)]);
    report.seconds = Math.round((performance.now() - beginMs) / 1_000);
    return report;
  } finally {
    await cleanUp.run();
  }
}

interface Rounds extends RoundsOptions, Pick<RunServers, 'servers' | 'mend'>, Pick<RoundOptions, 'progress'> {
  /** Of all rounds from the first on. */
  dealt: Iterator<Fault[], never, undefined>;
}

/** After the signal it goes on in the background, without its servers, until the process ends: nothing of that is in the report. */
async function playRounds(
  options: Rounds,
  { inUse, report, signal }: { inUse: PlatformInUse; report: ChaosReport; signal: AbortSignal },
): Promise<void> {
  const { rounds, from, dealt, mend, progress } = options;
  for (let before = 1; before < from; before += 1) dealt.next();
  for (let round = from; round < from + rounds && !signal.aborted; round += 1) {
    const seed = (options.seed + round - 1) % 2 ** 32;
    progress(`round ${round}, ${round - from + 1} of ${rounds}, seed ${seed}`);
    await mend();
    if (signal.aborted) return;
    const faults = dealt.next().value;
    const outcome = await inUse
      .take()
      .then((platform) => {
        signal.throwIfAborted();
        return playRound(platform, { ...options, seed, faults });
      })
      .catch(brokenOff);
    if (signal.aborted) return;
    await inUse.settle('why' in outcome ? undefined : outcome);
    await addRound(report, { round, seed, outcome }, options, progress);
  }
  await inUse.end();
}

function brokenOff(error: unknown): Extract<PlayedRound['outcome'], { why: string }> {
  if (error instanceof BrokenRound) return { why: error.message, remains: error.remains };
  return { why: String((error as Error | undefined)?.stack ?? error) };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
