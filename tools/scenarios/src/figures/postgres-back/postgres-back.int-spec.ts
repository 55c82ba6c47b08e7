import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { postgresBack } from './postgres-back.js';

let keepDir: string;
beforeAll(() => {
  keepDir = mkdtempSync(join(tmpdir(), 'windlass-kept-'));
});
afterAll(() => rmSync(keepDir, { recursive: true }));

it('the short form runs from its start to its report: no job runs again, and its control sees one that does', async () => {
  const report = await postgresBack.run({ short: true, seed: 1, keepDir, progress: () => undefined });
  // Not its goals of time: this machine may be busy with other specs.
  expect(report.figures).toMatchObject({ outages: 3, runningJobs: 60, extraRuns: 0, extraClaims: 0, acceptN: 3 });
  expect(report.control).toMatchObject({ failedAsItMust: true });
}, 600_000);
