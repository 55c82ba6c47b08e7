import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flipBits, foreignFiles, readSample } from './sample-files.spec.fixture.js';

/** Long enough for the sample on a busy machine, short enough to wait for. */
const KILL_AFTER_MS = 12_000;
const TIMEOUT_MS = 120_000;
const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const CHILD = `
  const { readFileSync } = await import('node:fs');
  const { convertCad } = await import('@windlass/handler-cad/convert');
  const say = (answer) => process.stdout.write(JSON.stringify(answer));
  await convertCad(readFileSync(process.argv[1]), 'a.step', { formats: ['stl'] })
    .then(({ summary }) => say({ ok: summary.solids }), (error) => say({ name: error.name, code: error.code }));
`;
const TELLING_CHILD = `
  const { readFileSync } = await import('node:fs');
  const { convertCad } = await import('@windlass/handler-cad/convert');
  const onPhase = (phase) => process.send(phase);
  await convertCad(readFileSync(process.argv[1]), 'a.step', { meshQuality: 'high', onPhase });
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-cad-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Converts in a child that is killed when it takes too long, as the platform does it. */
function convertInChild(
  path: string,
  killAfterMs: number,
): Promise<{ killed: true } | { name?: string; code?: string; ok?: number }> {
  return new Promise((resolve, reject) => {
    const options = { cwd: packageFolder, timeout: killAfterMs, killSignal: 'SIGKILL' as const };
    execFile(process.execPath, ['--input-type=module', '-e', CHILD, path], options, (error, stdout) => {
      if (error?.killed) resolve({ killed: true });
      else if (error) reject(error);
      else resolve(JSON.parse(stdout));
    });
  });
}

describe('damaged STEP in the reader', () => {
  it('a trap of the reader becomes a failed job and the process lives on', { timeout: TIMEOUT_MS }, async () => {
    const path = join(folder, 'trap.step');
    await writeFile(path, flipBits(readSample('flange.step'), 3, 40));
    expect(await convertInChild(path, TIMEOUT_MS)).toEqual({ name: 'FailJob', code: 'cad.reader-crashed' });
  });

  it('the phase is told before the reader blocks, and the process can be killed while it does', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const path = join(folder, 'mount.step');
    await writeFile(path, readSample('mount.step'));
    const arguments_ = ['--input-type=module', '-e', TELLING_CHILD, path];
    const child = spawn(process.execPath, arguments_, {
      cwd: packageFolder,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const told: unknown[] = [];
    child.on('message', (message) => {
      told.push(message);
      if (message === 'mesh') child.kill('SIGKILL');
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(told).toEqual(['read', 'mesh']);
  });

  it('whatever the damage, the end is a conversion, a FailJob or a kill', { timeout: TIMEOUT_MS }, async () => {
    const paths = foreignFiles('hostile').filter((path) => path.endsWith('.stp'));
    for (let seed = 1; seed <= 3; seed++) {
      const path = join(folder, `${seed}.step`);
      await writeFile(path, flipBits(readSample('flange.step'), seed, 6));
      paths.push(path);
    }
    for (const path of paths) {
      const answer = await convertInChild(path, KILL_AFTER_MS);
      if ('killed' in answer) continue;
      if (answer.ok !== undefined) expect(path.startsWith(folder)).toBe(true);
      else expect(answer).toMatchObject({ name: 'FailJob', code: expect.stringMatching(/^cad\./) });
    }
  });
});
