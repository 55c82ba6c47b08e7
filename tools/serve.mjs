// `nx serve NAME`: the app from its build, compiled and started again at each edit, its own or of a lib that it uses.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { whenOrphaned } from './serve/notice-orphaned.mjs';
import { withLock } from './serve/take-lock.mjs';
import { watchFolders } from './serve/watch-folders.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
/** An edit must be live soon. What is cut off by it heals as after a crash. */
const RESTART_KILL_MS = 1_000;
/** The app bounds its own end at 30 s by default; whatever is left then is stuck. */
const STOP_KILL_MS = 40_000;
/** A terminal signals its whole group and nx passes the signal on as well: what comes this close is the same one. */
const SAME_SIGNAL_MS = 500;

const name = process.argv[2];
const project = join(root, 'apps', name ?? '');
if (!name || !existsSync(join(project, 'tsconfig.json'))) {
  console.error('usage: node tools/serve.mjs NAME, where NAME is a folder of apps/');
  process.exit(2);
}
const main = join(project, 'dist', 'main.js');
const tsc = await compilerPath();
const projects = closureOf(project);

let compiler; // the running tsc
let edited = false; // since it started
let app; // the running app
let appStamp; // what it was built from
let stoppingSinceMs;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
// Killed without a chance to tell us: end at once, or the next serve finds the port taken.
whenOrphaned('serve', killAll);
watchFolders(
  projects.map((each) => join(each, 'src')),
  build,
);
build();

/** Compiles, then starts what changed. An edit meanwhile makes it go round again. */
async function build() {
  edited = true;
  if (compiler || stoppingSinceMs !== undefined) return;
  compiler = { kill: () => undefined };
  let code = 0;
  while (edited && stoppingSinceMs === undefined) {
    edited = false;
    // One serve at a time: several of them share libs, and an app must not load a file that is being written. The first
    // compiles for all; the others find nothing to do.
    code = await withLock(join(root, 'node_modules', '.windlass-serve.lock'), compile);
  }
  compiler = undefined;
  if (stoppingSinceMs !== undefined) {
    if (!app) leave();
  } else if (code === 0) startChanged();
  else say('does not compile; waiting for an edit');
}

/** One run of the compiler. Its --watch is not used: it polls every file of every package, a whole core for each serve. */
function compile() {
  return new Promise((done) => {
    compiler = spawn(tsc, ['-b', project], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    compiler.once('error', (error) => {
      say(`cannot run the compiler: ${error.message}`);
      done(1);
    });
    compiler.once('exit', done);
  });
}

/** Only when something that runs has changed: an edited spec is no reason. */
function startChanged() {
  if (app?.restarting || stampOfBuild() === appStamp) return;
  if (!app) return startApp();
  say('restarting');
  const killer = setTimeout(() => app?.kill('SIGKILL'), RESTART_KILL_MS);
  app.restarting = true;
  app.once('exit', () => {
    clearTimeout(killer);
    if (stoppingSinceMs === undefined) startApp();
  });
  app.kill('SIGTERM');
}

function startApp() {
  appStamp = stampOfBuild();
  if (!existsSync(main)) return say('has no src/main.ts; waiting for an edit');
  const options = ['--enable-source-maps', '--import', new URL('./serve/end-with-serve.mjs', import.meta.url).href];
  const child = spawn(process.execPath, [...options, main], {
    cwd: root,
    env: { ...process.env, WINDLASS_SERVED_BY: String(process.pid) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  app = child;
  child.once('error', (error) => say(`does not start: ${error.message}`));
  child.once('exit', (code, signal) => {
    app = undefined;
    if (stoppingSinceMs !== undefined) return leave(code ?? 1);
    if (child.restarting) return;
    if (code) return say(`ended (${code}); waiting for an edit`);
    // Stopped or killed from outside: whoever did it does not want it to run.
    say(signal ? `was killed (${signal})` : 'was stopped');
    leave(signal ? 1 : 0);
  });
}

/** Changes whenever a file that the app may load does. */
function stampOfBuild() {
  let stamp = '';
  for (const folder of projects.map((each) => join(each, 'dist')).filter(existsSync)) {
    for (const file of readdirSync(folder, { recursive: true })) {
      if (!file.endsWith('.js') || /\.(int-)?spec\.js$/.test(file)) continue;
      stamp += `${file}:${statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs}\n`;
    }
  }
  return stamp;
}

/** The project and everything that it references, directly or not. */
function closureOf(start) {
  const found = new Set([start]);
  for (const each of found) {
    const { references = [] } = JSON.parse(readFileSync(join(each, 'tsconfig.json'), 'utf8'));
    for (const { path } of references) found.add(resolve(each, path));
  }
  return [...found];
}

/** The compiler's own binary: its wrapper waits in a blocking call and leaves it behind when it is ended. */
async function compilerPath() {
  const folder = dirname(createRequire(join(root, 'package.json')).resolve('typescript/package.json'));
  const { default: getExePath } = await import(pathToFileURL(join(folder, 'lib', 'getExePath.js')).href);
  return getExePath();
}

function stop(signal) {
  const nowMs = performance.now();
  if (stoppingSinceMs !== undefined) {
    if (nowMs - stoppingSinceMs > SAME_SIGNAL_MS) killAll();
    return;
  }
  stoppingSinceMs = nowMs;
  compiler?.kill('SIGTERM');
  if (!app) return leave();
  app.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  setTimeout(killAll, STOP_KILL_MS).unref();
}

function killAll() {
  compiler?.kill('SIGKILL');
  app?.kill('SIGKILL');
  process.exit(1);
}

function leave(code = 0) {
  compiler?.kill('SIGTERM');
  process.exit(code);
}

function say(what) {
  console.error(`[serve] ${name} ${what}`);
}
