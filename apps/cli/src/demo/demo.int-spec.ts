import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Finished, windlass } from '../testing/spawned-windlass.fixture.js';

interface DemoJob {
  id: string | null;
  type: string;
  state: string;
  input: string;
  attempts: number;
  durationMs: number;
  error: { code?: string; message: string } | null;
  artifacts: string[];
}

let cwd: string;
let demo: Finished;
let jobs: DemoJob[];

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'windlass-demo-'));
  writeFileSync(join(cwd, 'truncated.step'), 'ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n');
  demo = await windlass({ cwd }, 'demo', '--json', 'truncated.step', 'gone.step');
  jobs = JSON.parse(demo.out.trim().split('\n').at(-1) ?? '').jobs;
}, 150_000);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

it('the demo converts every built-in sample and leaves the artifacts', () => {
  const samples = jobs.filter((job) => job.input.includes('samples'));
  expect(samples.length).toBeGreaterThan(2);
  for (const job of samples) {
    expect(job).toMatchObject({ type: 'conversion.cad', state: 'succeeded', error: null });
    expect(job.artifacts.map((path) => path.split('/').at(-1))).toEqual(
      expect.arrayContaining(['model.glb', 'model.stl', 'thumbnail.png', 'metadata.json']),
    );
    for (const path of job.artifacts) expect(existsSync(join(cwd, path)), path).toBe(true);
  }
  const glb = samples[0]?.artifacts.find((path) => path.endsWith('.glb')) ?? '';
  expect(readFileSync(join(cwd, glb)).subarray(0, 4).toString()).toBe('glTF');
  expect(jobs.filter((job) => job.type === 'hash').map((job) => job.state)).toEqual([
    'succeeded',
    'succeeded',
    'succeeded',
  ]);
});

it('the demo shows a failed file with its reason and exits 1', () => {
  const [truncated, gone] = jobs.slice(-2);
  expect(truncated).toMatchObject({
    input: 'truncated.step',
    state: 'failed',
    error: { code: expect.stringMatching(/^cad\./) },
  });
  expect(gone).toMatchObject({ input: 'gone.step', id: null, state: 'failed', attempts: 0, artifacts: [] });
  expect(gone?.error?.message).toContain('There is no file');
  expect(demo.exitCode).toBe(1);
});

it('the demo leaves nothing else behind', () => {
  expect(existsSync(join(cwd, '.windlass/demo-data'))).toBe(false);
});
