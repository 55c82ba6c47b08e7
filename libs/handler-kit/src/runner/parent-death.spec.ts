import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRunner } from '@windlass/handler-kit/runner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, linesOf, until } from './runner-harness.spec.fixture.js';

const PARENT = fileURLToPath(new URL('../../dist/runner/doomed-parent.spec.fixture.js', import.meta.url));

describe('children end with their worker', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'windlass-doomed-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** Starts the worker and waits until its children idle, spin, and hold grandchildren. */
  async function startDoomed() {
    const parent = spawn(process.execPath, [PARENT, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    parent.stdout.on('data', (chunk: Buffer) => {
      output = output.slice(-10_000) + chunk.toString();
    });
    const grandchildren = await until(() => {
      const files = ['idle', 'spin'].map((name) => linesOf(join(dir, name))[0]);
      if (!existsSync(join(dir, 'tiny')) || files.includes(undefined)) return undefined;
      return files.flatMap((line) => line!.split(' ').map(Number));
    }, 'children and grandchildren');
    const from = output.length;
    const children = await until(() => {
      const line = output.slice(from).split('\n').at(-2);
      return line?.startsWith('[') && line.endsWith(']') ? (JSON.parse(line) as number[]) : undefined;
    }, 'the list of children');
    return { parent, pids: [...new Set([...children, ...grandchildren])] };
  }

  it('by SIGKILL of the worker: idle, spinning, spare ones and grandchildren', async () => {
    const { parent, pids } = await startDoomed();
    expect(pids.length).toBeGreaterThanOrEqual(8);
    expect(pids.filter(isAlive)).toEqual(pids);
    parent.kill('SIGKILL');
    await until(() => !pids.some(isAlive), `the end of ${pids}`);
  });

  it('also when a spinning child is stopped at that moment', async () => {
    const { parent, pids } = await startDoomed();
    const spinning = Number(linesOf(join(dir, 'spin'))[0]!.split(' ')[0]);
    process.kill(spinning, 'SIGSTOP');
    parent.kill('SIGKILL');
    await until(() => !pids.some(isAlive), `the end of ${pids}`);
  });

  it('and the next worker removes what the dead one left in scratch', async () => {
    const { parent, pids } = await startDoomed();
    parent.kill('SIGKILL');
    await until(() => !pids.some(isAlive) && parent.signalCode !== null, 'the end');
    const scratchRoot = join(dir, 'scratch');
    const left = readdirSync(scratchRoot);
    expect(left).toHaveLength(1);
    const events = { onOutcome() {}, onLog() {}, onProgress() {}, onFileRequest: async () => {} };
    const next = createRunner({ handlers: [], scratchRoot, events });
    expect(readdirSync(scratchRoot)).not.toContain(left[0]);
    await next.stop();
    expect(readdirSync(scratchRoot)).toEqual([]);
  });
});
