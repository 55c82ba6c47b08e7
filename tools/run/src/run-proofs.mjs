import { join } from 'node:path';
import { ROOT } from './root.mjs';
import { runCommand } from './run-command.mjs';

/** The tools of the proof: `npm run NAME` hands its arguments to them. */
export const PROOF_TOOLS = {
  model: 'tools/model/dist/main.js',
  simulate: 'tools/simulation/dist/main.js',
  chaos: 'tools/chaos/dist/main.js',
  mutants: 'tools/mutants/dist/main.js',
  fuzz: 'tools/fuzz/dist/main.js',
};

export function runProofTool(name, args) {
  return runCommand(process.execPath, [join(ROOT, PROOF_TOOLS[name]), ...args]);
}

/** The instruments' own specs: they run whole platforms, too long for `npm test`. */
const SPECS = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.proof.config.ts'];

/** The short forms. Fixed seeds: a run that fails here fails again. */
const SHORT_FORMS = [
  ['model: 1,000,000 sequences', 'model', ['--sequences', '1000000', '--seed', '1']],
  ['simulation: 300 seeds', 'simulate', ['--seeds', '300']],
  ['chaos: 3 rounds of 200 jobs', 'chaos', ['--rounds', '3', '--jobs', '200', '--lease-ms', '3000', '--seed', '1']],
  ['input: 100 cases an operation', 'fuzz', ['--cases', '100', '--seed', '1']],
  ['mutants: the quickest', 'mutants', ['--short']],
];

/** The proof as far as half an hour allows. The last line counts its parts. */
export async function runProofs() {
  const parts = [
    ['the instruments themselves', () => runCommand(process.execPath, SPECS)],
    ...SHORT_FORMS.map(([what, tool, args]) => [what, () => runProofTool(tool, args)]),
  ];
  let failed = 0;
  for (const [what, run] of parts) {
    const startedMs = performance.now();
    const held = (await run()) === 0;
    if (!held) failed += 1;
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    console.log(`${held ? 'ok    ' : 'FAILED'}  ${what} (${seconds} s)`);
  }
  console.log(`${parts.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
