import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AnsweringService, answeringService } from './testing/answering-service.fixture.js';
import { windlass } from './testing/spawned-windlass.fixture.js';

const ID = '0192a0b0-0000-7000-8000-000000000000';
const LARGE = { text: 'x'.repeat(1_000_000) };
let service: AnsweringService;
beforeAll(async () => {
  service = await answeringService(() => ({ status: 200, json: LARGE }));
});
afterAll(() => service.close());
const env = () => ({ WINDLASS_URL: service.url, WINDLASS_TOKEN: 'token' });

it('what is printed reaches the other end of a pipe whole, however large it is', async () => {
  const { exitCode, out } = await windlass({ cwd: tmpdir(), env: env() }, 'result', ID, '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(out)).toEqual(LARGE);
});

it('a reader that has seen enough ends the command quietly', async () => {
  const bin = new URL('../bin/windlass.mjs', import.meta.url).pathname;
  const command = `"${process.execPath}" "${bin}" result ${ID} --json | head -c 10`;
  const child = spawn('bash', ['--norc', '-o', 'pipefail', '-c', command], {
    env: { PATH: process.env.PATH ?? '', ...env() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (text) => {
    err += String(text);
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect(err).toBe('');
});
