import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateStates, runStates } from './generate-states.js';

const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url));
const PAGE = 'docs/states.md';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'windlass-states-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the generator of the states', () => {
  it('says of each outcome what the lifecycle decides', () => {
    expect(generateStates({ root, check: false })).toEqual([PAGE]);
    const page = readFileSync(join(root, PAGE), 'utf8');
    expect(page).toContain('| `queued` | `running` | claim |');
    expect(page).toMatch(/\| `failed` \| [^|]+ \| again after the backoff \| `failed` \|/);
    expect(page).toMatch(/\| `timed-out` \| [^|]+ \| `failed` \| `failed` \|/);
    expect(page).toMatch(/\| `lost` \| [^|]+ \| again at once \| `failed` \|/);
    expect(page).toMatch(/\| `aborted` \| [^|]+ \| again at once \| again at once \|/);
    expect(page).toMatch(/\| `succeeded` \| `queued` \| replay \|/);
  });

  it('with check refuses a page that was edited, and leaves it', () => {
    generateStates({ root, check: false });
    expect(generateStates({ root, check: true })).toEqual([]);
    writeFileSync(join(root, PAGE), 'edited');
    expect(() => runStates(root, ['--check'])).toThrow('Not up to date: docs/states.md. Run: pnpm g states');
    expect(readFileSync(join(root, PAGE), 'utf8')).toBe('edited');
    expect(() => runStates(root, ['--force'])).toThrow('Unknown: --force');
  });

  it('is up to date in this repository', () => {
    expect(generateStates({ root: REPOSITORY, check: true })).toEqual([]);
  });
});
