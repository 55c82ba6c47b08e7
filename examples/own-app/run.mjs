// Does what a user would do, in a directory of its own: packs the two packages, installs them, starts `windlass dev` with
// the job type, submits one and checks the answer. Exits 0 only if it held. Needs a built checkout.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXPECTED = { greeting: 'Hello, Ada!' };
/** A first start makes a database; a busy machine takes its time. */
const READY_MS = 90_000;
const COMMAND_MS = 180_000;
const STOP_MS = 35_000;

const app = mkdtempSync(join(tmpdir(), 'windlass-own-app-'));
let platform;
try {
  for (const file of ['package.json', 'greet.mjs', 'submit.mjs']) cpSync(join(HERE, file), join(app, file));
  for (const name of ['handler-kit', 'client']) pack(name);
  command('npm', ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock'], app);
  platform = await start();
  const answer = command(process.execPath, ['submit.mjs', 'Ada'], app, {
    WINDLASS_URL: platform.url,
    WINDLASS_TOKEN: platform.token,
  });
  const { state, result } = JSON.parse(answer.trim().split('\n').at(-1));
  if (state !== 'succeeded' || result?.greeting !== EXPECTED.greeting)
    throw new Error(`Not what was expected: ${answer}`);
  console.log(`own-app: greet ${state}: ${result.greeting}`);
} catch (error) {
  console.error(`own-app: ${error.message}`);
  process.exitCode = 1;
} finally {
  await platform?.stop();
  rmSync(app, { recursive: true, force: true });
}

/** Packs libs/<name> into the app's windlass/<name>.tgz. */
function pack(name) {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const target = join(app, 'packed', name);
  mkdirSync(target, { recursive: true });
  mkdirSync(join(app, 'windlass'), { recursive: true });
  command('npx', ['-y', packageManager, 'pack', '--pack-destination', target], join(ROOT, 'libs', name));
  const [tarball] = readdirSync(target).filter((file) => file.endsWith('.tgz'));
  if (!tarball) throw new Error(`Packing ${name} made no tarball.`);
  renameSync(join(target, tarball), join(app, 'windlass', `${name}.tgz`));
}

function command(program, args, cwd, env = {}) {
  const done = spawnSync(program, args, {
    ...{ cwd, encoding: 'utf8', timeout: COMMAND_MS },
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status === 0) return done.stdout;
  const why = done.error?.message ?? (done.stderr || done.stdout);
  throw new Error(`${program} ${args.join(' ')} failed: ${why}`);
}

/** Starts `windlass dev` and waits for the line that it prints once ready. */
async function start() {
  const cli = join(ROOT, 'apps/cli/bin/windlass.mjs');
  const child = spawn(process.execPath, [cli, 'dev', '--port', '0', '--json', '--data', join(app, 'data')], {
    cwd: app,
    env: { ...process.env, HANDLERS: join(app, 'greet.mjs') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(timer);
  };
  const ready = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { url, token } = parse(line);
      if (url && token) resolve({ url, token });
    });
  });
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, READY_MS);
  });
  const address = await Promise.race([ready, exited.then(() => undefined), late]);
  clearTimeout(timer);
  if (address) return { ...address, stop };
  await stop();
  throw new Error('windlass dev did not get ready.');
}

function parse(line) {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}
