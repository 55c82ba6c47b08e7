import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { findOrphans } from './find-orphans.js';

describe('findOrphans', () => {
  it('finds a handler whose worker is gone, and not one whose worker lives', async () => {
    const sink = `/nowhere/${process.pid}/sink.jsonl`;
    const child = spawn(process.execPath, ['-e', 'process.title = "renamed"; setInterval(() => {}, 1000)'], {
      env: { CHAOS_SINK: sink },
    });
    await new Promise((resolve) => child.once('spawn', resolve));
    const bedOf = (pid: number) => ({
      instances: ['worker-1'] as const,
      isRunning: () => true,
      process: () => ({ pid }),
    });
    try {
      expect(await findOrphans(bedOf(process.pid), sink)).toEqual([]);
      expect((await findOrphans(bedOf(1_999_999_999), sink)).map(({ pid }) => pid)).toEqual([child.pid]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
