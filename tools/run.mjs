// `npm run demo | test | start | example | check | prove | model | simulate | chaos | mutants | fuzz` from a fresh clone: installs and builds what is missing, then runs it.
// Plain Node without dependencies, since it is what brings them. Its own words go to standard error: standard output belongs
// to what it runs.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './run/src/root.mjs';
import { PROOF_TOOLS, runProofs, runProofTool } from './run/src/run-proofs.mjs';

const OLDEST_NODE = [20, 19];
const PARENT_LOOK_MS = 500;

const COMMANDS = {
  demo: { builds: 'apps/cli', run: (args) => windlass('demo', args) },
  start: { builds: 'apps/cli', run: (args) => windlass('dev', args) },
  example: { builds: 'apps/cli', run: runExample },
  test: { run: async (args) => (await import('./run/src/run-tests.mjs')).runTests(args) },
  check: { run: async () => (await import('./run/src/run-checks.mjs')).runChecks() },
  prove: { run: runProofs },
  ...Object.fromEntries(Object.keys(PROOF_TOOLS).map((tool) => [tool, { run: (args) => runProofTool(tool, args) }])),
};

const [name = '', ...args] = process.argv.slice(2);
process.exitCode = await main();

async function main() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    return fail(
      `Windlass needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node} (${process.execPath}).`,
    );
  }
  if (!Object.hasOwn(COMMANDS, name))
    return fail(`usage: node tools/run.mjs ${Object.keys(COMMANDS).join(' | ')} [arguments]`, 2);
  const { install, build } = await import('./run/src/prepare.mjs');
  // A failed build is one of the checks' findings, not their end.
  const ready = (await install()) && (name === 'check' || (await build(COMMANDS[name].builds)));
  // Whatever ran may have set its own code already, such as an example.
  return ready ? ((await COMMANDS[name].run(args)) ?? process.exitCode) : 1;
}

/** In this process, so that signals reach it whoever sends them; and it ends with the npm above it, however that ends. */
async function windlass(command, given) {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_LOOK_MS).unref();
  const bin = join(ROOT, 'apps/cli/bin/windlass.mjs');
  process.argv = [process.execPath, bin, command, ...given];
  await import(pathToFileURL(bin).href);
}

async function runExample([example, ...given]) {
  const folder = join(ROOT, 'examples');
  const known = readdirSync(folder).filter((each) => existsSync(join(folder, each, 'run.mjs')));
  if (!example || !known.includes(example)) {
    return fail(
      `${example ? `There is no example "${example}".` : 'Which one?'} npm run example ${known.join(' | ')}`,
      2,
    );
  }
  const script = join(folder, example, 'run.mjs');
  process.argv = [process.execPath, script, ...given];
  await import(pathToFileURL(script).href);
}

function fail(why, code = 1) {
  console.error(why);
  return code;
}
