import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrokenRound, RoundReport } from './run-round.js';

/** Writes down all that a failed round left, one file for each part. @returns the folder */
export async function keepRound(folder: string, report: RoundReport): Promise<string> {
  const { history, verdict, outputs, ...round } = report;
  const { operations, sink, faults, changes, final, ...head } = history;
  const parts = { operations, sink, faults, changes, final, head, verdict, round };
  return keepParts(join(folder, `round-${report.seed}`), parts, outputs);
}

/** The same of one that broke off, as far as it came. @param remains absent: it had no platform */
export async function keepBrokenRound(
  folder: string,
  { seed, why, remains }: { seed: number; why: string; remains?: BrokenRound['remains'] },
): Promise<string> {
  const { outputs = {}, ...parts } = remains ?? {};
  return keepParts(join(folder, `round-${seed}`), { round: { seed, why }, ...parts }, outputs);
}

async function keepParts(
  own: string,
  parts: Record<string, unknown>,
  outputs: Record<string, string>,
): Promise<string> {
  await mkdir(join(own, 'outputs'), { recursive: true });
  for (const [name, part] of Object.entries(parts)) {
    await writeFile(join(own, `${name}.json`), JSON.stringify(part, undefined, 1));
  }
  for (const [name, output] of Object.entries(outputs)) await writeFile(join(own, 'outputs', `${name}.log`), output);
  return own;
}
