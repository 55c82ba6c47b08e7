import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from './run-program.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windlass-program-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (code: string, timeoutMs: number) => {
  const script = join(folder, 'script.mjs');
  writeFileSync(script, code);
  return runProgram(script, ['one'], { cwd: folder, timeoutMs });
};

describe('a program', () => {
  it('is answered with its exit code and what it said', async () => {
    const ended = await run('console.log(process.argv[2]); console.error("two"); process.exitCode = 3;', 20_000);
    expect(ended).toEqual({ code: 3, timedOut: false, stdout: 'one\n', stderr: 'two\n' });
  });

  it('that takes too long is asked to stop, and what it has started ends with it', async () => {
    const code = `
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e3)']);
writeFileSync('pid', String(child.pid));
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 1_000);`;
    const ended = await run(code, 2_000);
    expect(ended).toMatchObject({ code: 0, timedOut: true });
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await waitFor(() => !isAlive(pid), { what: 'the grandchild to end' });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')[2] !== 'Z';
  } catch {
    return false;
  }
}
