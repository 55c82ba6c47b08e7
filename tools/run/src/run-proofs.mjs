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

const toolPart = ([what, tool, ...args]) => [what, () => runProofTool(tool, args)];

/** Fixed seeds: a run that fails here fails again. */
const SHORT = [
  ['model: 1,000,000 sequences', 'model', '--sequences', '1000000', '--seed', '1'],
  ['simulation: 2,000 seeds', 'simulate', '--seeds', '2000'],
  ['chaos: 3 rounds of 200 jobs', 'chaos', '--rounds', '3', '--jobs', '200', '--lease-ms', '3000', '--seed', '1'],
  ['input: 100 cases an operation', 'fuzz', '--cases', '100', '--seed', '1'],
].map(toolPart);

/** What shows that the instruments see. */
const CONTROLS = [
  ['the instruments themselves', () => runCommand(process.execPath, SPECS)],
  toolPart(['mutants', 'mutants']),
];

const USAGE = `npm run prove [-- --controls]
  The proof as far as a quarter of an hour allows: ${SHORT.map(([what]) => what).join('; ')}.
  --controls   also what shows that a broken promise is seen: the instruments' own specs, and all mutants (an hour)`;

/** The last line counts the parts. */
export async function runProofs(args) {
  const unknown = args.filter((arg) => arg !== '--' && arg !== '--controls');
  if (unknown.length > 0) {
    console.error(`${unknown[0] === '--help' ? '' : `unknown option ${unknown[0]}\n`}${USAGE}`);
    return unknown[0] === '--help' ? 0 : 2;
  }
  const parts = args.includes('--controls') ? [...SHORT, ...CONTROLS] : SHORT;
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
