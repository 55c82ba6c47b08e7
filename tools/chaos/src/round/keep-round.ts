import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoundReport } from './run-round.js';

/** Writes down all that a failed round left, one file for each part. @returns the folder */
export async function keepRound(folder: string, report: RoundReport): Promise<string> {
  const own = join(folder, `round-${report.seed}`);
  await mkdir(join(own, 'outputs'), { recursive: true });
  const { history, verdict, outputs, ...rest } = report;
  const { operations, sink, faults, changes, final, ...head } = history;
  const parts = { operations, sink, faults, changes, final, head, verdict, round: rest };
  for (const [name, part] of Object.entries(parts)) {
    await writeFile(join(own, `${name}.json`), JSON.stringify(part, undefined, 1));
  }
  for (const [name, output] of Object.entries(outputs)) await writeFile(join(own, 'outputs', `${name}.log`), output);
  return own;
}
