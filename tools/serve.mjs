// `nx serve NAME`: the app from its build, compiled and started again at each edit, its own or of a lib that it uses.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
/** An edit must be live soon. What is cut off by it heals as after a crash. */
const RESTART_KILL_MS = 2_000;
/** The app bounds its own end at 30 s by default; whatever is left then is stuck. */
const STOP_KILL_MS = 40_000;
/** A terminal signals its whole group and nx passes the signal on as well: what comes this close is the same one. */
const SAME_SIGNAL_MS = 500;
/** The compiler reports an editor's write up to twice. */
const SETTLE_MS = 100;
const PARENT_LOOK_MS = 250;

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
let app; // the running app
let appStamp; // what the running app was built from
let stoppingSinceMs;
let settling;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
// nx killed without a chance to tell us: end at once, or the next serve finds the port taken.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && killAll(), PARENT_LOOK_MS).unref();

// One build before the watching, and the app only after it: several serves that start together build the same libs.
compile([], 'inherit').once('exit', (code) => {
  compiler = undefined;
  if (stoppingSinceMs !== undefined) return leave();
  if (code === 0) startApp();
  else say('does not compile; it starts once it does');
  watch();
});

function compile(options, stdout) {
  compiler = spawn(tsc, ['-b', ...options, project], { cwd: root, stdio: ['ignore', stdout, 'inherit'] });
  compiler.once('error', (error) => fail(`the compiler does not start: ${error.message}`));
  return compiler;
}

function watch() {
  compile(['--watch', '--preserveWatchOutput'], 'pipe').once('exit', (code) => {
    compiler = undefined;
    fail(`the compiler ended (${code})`);
  });
  let first = true;
  compiler.stdout.setEncoding('utf8').on('data', (text) => {
    // Errors are the developer's; that it looks and found none is noise.
    for (const line of text.split('\n')) if (/: error TS|^error TS|Found [1-9]/.test(line)) console.error(line);
    if (!text.includes('Found 0 errors. Watching')) return;
    if (first && app) say('watching');
    first = false;
    clearTimeout(settling);
    settling = setTimeout(restartApp, SETTLE_MS);
  });
}

/** Only when something that runs has changed: an edited spec, or what another serve's compiler touched, is no reason. */
function restartApp() {
  if (stoppingSinceMs !== undefined || app?.restarting || stampOfBuild() === appStamp) return;
  if (!app) return startApp();
  say('restarting');
  const old = app;
  const killer = setTimeout(() => old.kill('SIGKILL'), RESTART_KILL_MS);
  old.restarting = true;
  old.once('exit', () => {
    clearTimeout(killer);
    if (stoppingSinceMs === undefined) startApp();
  });
  old.kill('SIGTERM');
}

function startApp() {
  appStamp = stampOfBuild();
  if (!existsSync(main)) return say('has no dist/main.js yet; it starts once it has');
  const options = ['--enable-source-maps', '--import', pathToFileURL(join(root, 'tools', 'serve-child.mjs')).href];
  const child = spawn(process.execPath, [...options, main], {
    cwd: root,
    env: { ...process.env, WINDLASS_SERVED_BY: String(process.pid) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  app = child;
  child.once('error', (error) => say(`does not start: ${error.message}`));
  child.once('exit', (code, signal) => {
    app = undefined;
    if (stoppingSinceMs !== undefined) leave(code ?? 1);
    else if (child.restarting) return;
    // Killed from outside: whoever did it does not want it to run.
    else if (signal) fail(`was killed (${signal})`);
    else say(`ended (${code}); it starts again at the next edit`);
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

/** The compiler's own binary: its wrapper in node_modules/.bin waits in a blocking call and leaves it behind when it is ended. */
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

/** Ends everything because a part of it is gone. */
function fail(why) {
  if (stoppingSinceMs !== undefined) return;
  say(why);
  process.exitCode = 1;
  stop('SIGTERM');
}

function killAll() {
  compiler?.kill('SIGKILL');
  app?.kill('SIGKILL');
  process.exit(1);
}

function leave(code = 0) {
  process.exit(process.exitCode ?? code);
}

function say(what) {
  console.error(`[serve] ${name} ${what}`);
}
