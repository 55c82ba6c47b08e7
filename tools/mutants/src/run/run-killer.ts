import { join } from 'node:path';
import type { Killer, KillerTool } from '../mutant.js';
import { type Judgement, judge } from './judge.js';
import { runProgram } from './run-program.js';

/** Several times what each takes when nothing is wrong: chaos waits some minutes for a job that is stuck before it says so. */
const TIMEOUT_MS: Record<KillerTool, number> = { model: 180_000, simulation: 900_000, chaos: 1_800_000 };

/** Runs a killer in the copy, one try after the other, until one says that something is wrong; the last one says the rest. */
export async function runKiller(copy: string, { tool, tries }: Killer): Promise<Judgement> {
  const main = join(copy, 'tools', tool, 'dist/main.js');
  let judgement: Judgement = { how: 'crashed', said: 'it has no command line' };
  for (const args of tries) {
    judgement = judge(await runProgram(main, args, { cwd: copy, timeoutMs: TIMEOUT_MS[tool] }));
    if (judgement.how !== 'passed') return judgement;
  }
  return judgement;
}

/** What killers have in common that were asked for the same. */
export const nameOf = ({ tool, tries }: Killer): string =>
  `${tool} ${tries.map((args) => args.filter((arg) => arg !== '--json').join(' ')).join(', then ')}`;
