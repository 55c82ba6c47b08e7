import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { POISON } from './poison.scenario.js';

describe('the scenario poison', () => {
  const keepDir = mkdtempSync(join(tmpdir(), 'windlass-keep-'));
  afterAll(() => rmSync(keepDir, { recursive: true, force: true }));

  it('holds its goals in the short form, and its control fails', async () => {
    const report = await POISON.run({ short: true, seed: 1, keepDir, progress: () => {} });
    expect(report.goals.filter((goal) => !goal.held)).toEqual([]);
    expect(report.control?.failedAsItMust).toBe(true);
    expect(report.passed).toBe(true);
  }, 540_000);
});
