// Starts the platform and the front, runs the two curl lines of the README, checks what they print, stops everything.
// Exits 0 only if all of it held. Needs a built checkout.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WindlassClient } from '../../libs/client/dist/index.js';
import { startPlatform, startProgram } from '../start-program.mjs';

const FRONT = fileURLToPath(new URL('front.mjs', import.meta.url));
const BODY = '{"example":"data"}';
const DONE = { _id: 1, hash: '09ee943c4fa33cd5a355eb7a4e38f7ef', payload: BODY };
const PENDING = [
  'id',
  'tube',
  'state',
  'pri',
  'age',
  'delay',
  'ttr',
  'timeLeft',
  'file',
  'reserves',
  'timeouts',
  'releases',
  'buries',
  'kicks',
];
const DONE_MS = 60_000;
/** In front of ours and one at a time, so that ours is seen waiting. */
const AHEAD = 300;

const data = mkdtempSync(join(tmpdir(), 'windlass-hash-'));
let platform;
let front;
try {
  platform = await startPlatform(data, { SLOTS: 'hash=1' });
  const env = { WINDLASS_URL: platform.url, WINDLASS_TOKEN: platform.token, PORT: String(await choosePort()) };
  front = await startFront(env);
  await fill(new WindlassClient({ url: platform.url, token: platform.token }));

  const id = await curl(['-X', 'POST', front.address, '-H', 'Content-Type: application/json', '--data', BODY]);
  expect('the id that POST prints', id.body, 1);
  const pending = (await curl([`${front.address}/1/`])).body;
  expect('the keys while pending', Object.keys(pending), PENDING);
  expect('the job while pending', { ...pending, age: 0, timeLeft: 0 }, waiting(pending.state));
  console.log(JSON.stringify(pending));
  console.log(JSON.stringify(await untilDone(front.address)));
  expect('the finished job', await untilDone(front.address), DONE);

  expect('an unknown id', (await curl([`${front.address}/999/`])).status, 404);
  const broken = ['-X', 'POST', front.address, '-H', 'Content-Type: application/json', '--data', '{"example":'];
  expect('malformed JSON', (await curl(broken)).status, 400);
  expect('another type of body', (await curl(['-X', 'POST', front.address, '--data', 'a=b'])).status, 415);
  expect('a wrong method', (await curl(['-X', 'DELETE', `${front.address}/1/`])).status, 405);

  await front.stop();
  front = await startFront(env);
  expect('job 1 after a restart of the front', await untilDone(front.address), DONE);
  const next = await curl(['-X', 'POST', front.address, '-H', 'Content-Type: application/json', '--data', BODY]);
  expect('the next id', next.body, 2);
  console.log('hash: held');
} catch (error) {
  console.error(`hash: ${error.message}`);
  process.exitCode = 1;
} finally {
  await front?.stop();
  await platform?.stop();
  rmSync(data, { recursive: true, force: true });
}

async function fill(client) {
  await Promise.all(Array.from({ length: AHEAD }, (_, n) => client.submit({ type: 'hash', payload: n })));
}

/** What beanstalkd would say of a fresh job: it waits, or a worker has it for the first time. */
function waiting(state) {
  if (!['ready', 'reserved'].includes(state)) throw new Error(`A fresh job is ${state}.`);
  const times = { pri: 0, age: 0, delay: 0, ttr: 60, timeLeft: 0, file: 0 };
  const counts = { reserves: state === 'reserved' ? 1 : 0, timeouts: 0, releases: 0, buries: 0, kicks: 0 };
  return { id: 1, tube: 'default', state, ...times, ...counts };
}

async function untilDone(address) {
  for (const end = performance.now() + DONE_MS; ; ) {
    const { body } = await curl([`${address}/1/`]);
    if ('hash' in body) return body;
    if (performance.now() > end) throw new Error(`Job 1 is still ${body.state}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The real curl, as a user would type it; without one fetch does the same. */
async function curl(args) {
  const done = spawnSync('curl', ['-s', '-w', '\n%{http_code}', ...args], { encoding: 'utf8', timeout: 30_000 });
  if (done.error?.code === 'ENOENT') return fetchLike(args);
  if (done.status !== 0) throw new Error(`curl ${args.join(' ')} ended with ${done.status ?? done.error?.message}`);
  const lines = done.stdout.trim().split('\n');
  return { status: Number(lines.at(-1)), body: JSON.parse(lines.slice(0, -1).join('\n')) };
}

async function fetchLike(args) {
  const given = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const url = args.find((each) => each.startsWith('localhost:'));
  const type = given('-H')?.split(': ')[1] ?? 'application/x-www-form-urlencoded';
  const body = given('--data');
  const response = await fetch(`http://${url.replace('localhost', '127.0.0.1')}`, {
    method: given('-X') ?? 'GET',
    signal: AbortSignal.timeout(30_000),
    ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
  });
  return { status: response.status, body: await response.json() };
}

/** 8080, as in the lines; another one where that is taken. */
async function choosePort() {
  const socket = connect(8080, '127.0.0.1');
  const taken = await new Promise((resolve) =>
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
  );
  socket.destroy();
  if (taken) console.log('Port 8080 is taken: another one is used.');
  return taken ? 0 : 8080;
}

async function startFront(env) {
  const { value, stop } = await startProgram([FRONT], env, (line) => /^hash front: \S+:(\d+)$/.exec(line)?.[1]);
  return { address: `localhost:${value}`, stop };
}

function expect(what, got, wanted) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what} is ${a}, not ${b}.`);
}
