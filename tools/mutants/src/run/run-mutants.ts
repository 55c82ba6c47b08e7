import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyTree } from '../copy/copy-tree.js';
import { patchFiles } from '../copy/patch-files.js';
import type { Mutant } from '../mutant.js';
import { buildCopy } from './build-copy.js';
import type { Judgement } from './judge.js';
import { nameOf, runKiller } from './run-killer.js';

export interface MutantResult extends Judgement {
  name: string;
  breaks: readonly string[];
  killer: string;
  caught: boolean;
  seconds: number;
}

export interface MutantsReport {
  total: number;
  caught: number;
  /** Names. */
  escaped: string[];
  mutants: MutantResult[];
}

/** What a killer says of the code as it is: if not that it is right, nothing that it "catches" means anything. */
export class KillerUseless extends Error {
  override readonly name = 'KillerUseless';
}

export interface RunOptions {
  /** The repository, built. */
  root: string;
  mutants: readonly Mutant[];
  progress(line: string): void;
}

/**
 * Applies one mutant after the other to a copy of the working tree and has its killer look at it. The tree itself is only read.
 * @throws StaleMutant, BuildFailed, KillerUseless: then the list or a tool is wrong, and the others would tell nothing
 */
export async function runMutants({ root, mutants, progress }: RunOptions): Promise<MutantsReport> {
  const copy = mkdtempSync(join(tmpdir(), 'windlass-mutants-'));
  const remove = () => rmSync(copy, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    copyTree(root, copy);
    return await runInCopy(copy, mutants, progress);
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** @param copy a copy of the tree, which is as before at the end */
export async function runInCopy(
  copy: string,
  mutants: readonly Mutant[],
  progress: RunOptions['progress'],
): Promise<MutantsReport> {
  const tools = new Set(mutants.map(({ killer }) => killer.tool));
  const build = () => buildCopy(copy, tools);
  await build();
  await tryKillers(copy, mutants, progress);
  const results: MutantResult[] = [];
  for (const mutant of mutants) {
    const result = await runMutant(copy, mutant, build);
    results.push(result);
    const { name, caught, seconds, killer, how, said } = result;
    progress(`${caught ? 'caught ' : 'ESCAPED'}  ${name}  (${seconds} s, ${killer}: ${how}${said && `, ${said}`})`);
  }
  return reportOf(results);
}

async function tryKillers(copy: string, mutants: readonly Mutant[], progress: RunOptions['progress']): Promise<void> {
  const killers = new Map(mutants.map(({ killer }) => [nameOf(killer), killer]));
  for (const [name, killer] of killers) {
    const { how, said } = await runKiller(copy, killer);
    if (how !== 'passed') throw new KillerUseless(`${name}, on the code as it is: ${how}. ${said}`);
    progress(`passed   ${name}, on the code as it is`);
  }
}

async function runMutant(copy: string, mutant: Mutant, build: () => Promise<void>): Promise<MutantResult> {
  const { name, breaks, killer } = mutant;
  const startMs = performance.now();
  const revert = patchFiles(copy, mutant.edits);
  try {
    await build().catch((error: Error) => {
      error.message = `${name} does not compile: ${error.message}`;
      throw error;
    });
    const judgement = await runKiller(copy, killer);
    const seconds = Math.round((performance.now() - startMs) / 1_000);
    return { name, breaks, killer: nameOf(killer), caught: judgement.how === 'judged', seconds, ...judgement };
  } finally {
    // The next build compiles these files anew, whatever it is for.
    revert();
  }
}

function reportOf(mutants: MutantResult[]): MutantsReport {
  const escaped = mutants.filter(({ caught }) => !caught).map(({ name }) => name);
  return { total: mutants.length, caught: mutants.length - escaped.length, escaped, mutants };
}
