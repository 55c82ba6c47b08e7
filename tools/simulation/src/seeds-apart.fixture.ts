import { createHash } from 'node:crypto';
import { isClean } from '@windlass/proof';
import { BREAKS } from './breaks.fixture.js';
import { openWarmStage } from './open-warm-stage.js';
import { type SeedOutcome, simulateSeed } from './simulate-seed.js';

/** What a spec asks of a process of its own: the test runner loads modules in ways that a seed would feel. */
export interface SeedsAsked {
  seeds: number[];
  /** By its name, one of BREAKS; then it ends with the first seed that is not clean. */
  broken?: string;
}

export interface SeedSeen {
  seed: number;
  /** Of the trace, the record of the triggers, and what clients and handlers saw. */
  fingerprint: string;
  clean: boolean;
  looked: SeedOutcome['verdict']['looked'];
}

function fingerprintOf({ digest, history }: SeedOutcome): string {
  const changes = history.changes.map(({ tookMs: _, ...change }) => change);
  const all = JSON.stringify([digest, changes, history.sink, history.operations, history.final]);
  // The process's own number is in the leaders' names, and not the seed's doing.
  return createHash('sha256')
    .update(all.replaceAll(`-${process.pid}-`, '-'))
    .digest('hex');
}

const { seeds, broken }: SeedsAsked = JSON.parse(process.argv[2] ?? '{"seeds":[]}');
const found = BREAKS.find((each) => each.name === broken);
const stage = await openWarmStage();
const seen: SeedSeen[] = [];
for (const seed of seeds) {
  const outcome = await simulateSeed(stage, seed, found ? { mangle: found.mangle } : {});
  const { verdict } = outcome;
  const clean = isClean(verdict);
  seen.push({ seed, clean, looked: verdict.looked, fingerprint: fingerprintOf(outcome) });
  if (broken !== undefined && !clean) break;
}
await stage.close();
process.stdout.write(JSON.stringify(seen));
process.exit();
