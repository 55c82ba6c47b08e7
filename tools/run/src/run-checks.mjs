import { join } from 'node:path';
import { compile } from './prepare.mjs';
import { ROOT } from './root.mjs';
import { runCommand } from './run-command.mjs';

const node = (script, ...args) => runCommand(process.execPath, [join(ROOT, script), ...args], { quiet: true });

/** Cheapest to read first; each runs whatever the others found. */
const CHECKS = [
  ['types', () => compile()],
  ['format and lint', () => node('node_modules/@biomejs/biome/bin/biome', 'check', '--max-diagnostics=30', '.')],
  ['boundaries', () => node('tools/boundaries.mjs')],
  [
    'generated files',
    () => inTurn(['config', 'states'], (each) => node('tools/generators/dist/main.js', each, '--check')),
  ],
];

/** Answers an exit code that is not 0, after all have run: each tells what it found. */
async function inTurn(names, run) {
  let worst = 0;
  for (const name of names) worst = (await run(name)) || worst;
  return worst;
}

/** Everything that is checked without running the product. The last line counts the checks. */
export async function runChecks() {
  let failed = 0;
  for (const [name, check] of CHECKS) {
    const held = (await check()) === 0;
    if (!held) failed += 1;
    console.log(`${held ? 'ok    ' : 'FAILED'}  ${name}`);
  }
  console.log(`${CHECKS.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
