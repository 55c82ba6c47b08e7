import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeVerdict, isClean, type VerdictCounts } from '@windlass/proof';
import type { Stage } from '../services/stage.js';
import { type SeedOptions, type SeedOutcome, simulateSeed } from '../simulate-seed.js';

/** What is told of one seed. */
export interface SeedReport extends VerdictCounts {
  seed: number;
  failed: boolean;
  /** For people: the violations, or what went wrong in the simulation itself. */
  text: string;
  digest: string;
  steps: number;
  statements: number;
  virtualMs: number;
}

export const NO_COUNTS: VerdictCounts = {
  lost: 0,
  doubleTerminal: 0,
  duplicateEffects: 0,
  staleWrites: 0,
  unjustifiedRuns: 0,
  stuck: 0,
};

/** Rejections that nobody handles would end a service's process. */
let unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

/** Runs a seed and says whether it kept all promises. What the simulation itself throws is a failure as well. Never rejects. */
export async function judgeSeed(
  stage: Stage,
  seed: number,
  options: SeedOptions & { keep?: string } = {},
): Promise<SeedReport> {
  unhandled = [];
  try {
    const outcome = await simulateSeed(stage, seed, options);
    const { verdict, digest, steps, statements, virtualMs } = outcome;
    const { lost, doubleTerminal, duplicateEffects, staleWrites, unjustifiedRuns, stuck } = verdict;
    const failed = !isClean(verdict) || unhandled.length > 0;
    const rejections = unhandled.map((reason) => `\n  unhandled rejection: ${describe(reason)}`).join('');
    if (failed && options.keep) keepHistory(options.keep, outcome);
    const counts = { lost, doubleTerminal, duplicateEffects, staleWrites, unjustifiedRuns, stuck };
    return {
      seed,
      failed,
      text: describeVerdict(verdict) + rejections,
      digest,
      steps,
      statements,
      virtualMs,
      ...counts,
    };
  } catch (error) {
    return brokenSeed(seed, describe(error));
  }
}

export const brokenSeed = (seed: number, text: string): SeedReport => ({
  ...{ seed, failed: true, text: `the simulation failed: ${text}`, digest: '', steps: 0, statements: 0, virtualMs: 0 },
  ...NO_COUNTS,
});

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

function keepHistory(directory: string, { seed, history, verdict }: SeedOutcome): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `seed-${seed}.json`), JSON.stringify({ verdict, history }, undefined, 1));
}
