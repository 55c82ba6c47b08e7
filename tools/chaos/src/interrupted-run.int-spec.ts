import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { descendantsOf } from '@windlass/testbed';
import { afterEach, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const RUN_MS = 240_000;

let run: ChildProcess | undefined;
let left: string[] = [];
afterEach(() => {
  run?.kill('SIGKILL');
  for (const each of left) process.kill(Number(each.split(' ')[0]), 'SIGKILL');
});

/** Its pid and when it began, as /proc has it: a pid alone may have been given to another one. Undefined: it is gone. */
function identityOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `${pid} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

it(
  'a run that is told to end leaves no service and no server behind, and tells of the rounds before',
  async () => {
    const args = ['--rounds', '3', '--jobs', '50', '--only', 'pause-worker', '--json'];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    run = child;
    let [told, report] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      report += chunk.toString();
    });
    const ended = once(child, 'close');
    const injected = new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        if (told.includes('pause-worker worker-')) resolve();
      });
    });
    // In the middle of a round, with a worker paused.
    await Promise.race([injected, ended]);
    const started = (await descendantsOf(child.pid ?? 0)).flatMap((pid) => identityOf(pid) ?? []);
    expect(started.length, told).toBeGreaterThan(10);
    child.kill('SIGTERM');
    expect(await ended, told).toEqual([130, null]);
    left = started.filter((each) => identityOf(Number(each.split(' ')[0])) === each);
    expect(left, told).toEqual([]);
    expect(JSON.parse(report)).toMatchObject({ rounds: 0, broken: 0 });
  },
  RUN_MS,
);
