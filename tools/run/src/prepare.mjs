import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';
import { runCommand } from './run-command.mjs';

/** Installs when node_modules is not what the lock file says. Afterwards nothing asks the network. */
export async function install() {
  if (isInstalled()) return true;
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  say('installing (once; needs the npm registry)');
  // CI: pnpm would ask before it replaces a node_modules that something else made, and nobody may be there to answer.
  const code = await runCommand('npx', ['-y', packageManager, 'install', '--frozen-lockfile'], {
    quiet: true,
    env: { CI: 'true' },
  });
  if (code !== 0) say(`installing failed (exit code ${code}): see above. Is the npm registry within reach?`);
  return code === 0;
}

function isInstalled() {
  const lock = join(ROOT, 'pnpm-lock.yaml');
  const installed = join(ROOT, 'node_modules/.pnpm/lock.yaml');
  try {
    // By content: a checkout sets new times on files that did not change.
    if (readFileSync(lock, 'utf8') === readFileSync(installed, 'utf8')) return true;
    return statSync(lock).mtimeMs <= statSync(join(ROOT, 'node_modules/.modules.yaml')).mtimeMs;
  } catch {
    return false;
  }
}

/** Compiles a project and what it references, or everything. Takes under a second when nothing changed. */
export async function build(project) {
  const slow = setTimeout(() => say('building'), SAY_AFTER_MS);
  const code = await compile(project);
  clearTimeout(slow);
  if (code !== 0) say('the build failed: see above');
  return code === 0;
}

export function compile(project) {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  return runCommand(process.execPath, [tsc, '-b', ...(project ? [project] : [])], { quiet: true });
}

const SAY_AFTER_MS = 1_000;

function say(what) {
  console.error(`windlass: ${what}`);
}
