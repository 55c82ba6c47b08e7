import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CapturedCli } from '../testing/captured-cli.fixture.js';

let cli: CapturedCli;
beforeEach(() => {
  cli = new CapturedCli();
});
afterEach(() => rm(cli.cwd, { recursive: true, force: true }));

it('migrate sets no weak password: it names every variable that is missing or weak, never a value, and what to do', async () => {
  cli.env = {
    MIGRATION_DATABASE_URL: 'postgresql://postgres:hunter2@db/windlass',
    DATABASE_URL: 'postgresql://windlass_engine:windlass_engine-hunter2@db/windlass',
  };
  const { exitCode, out, err } = await cli.run('migrate');
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err).toMatch(/MIGRATION_DATABASE_URL: has a password that is too short.*openssl rand/);
  expect(err).toMatch(/ DATABASE_URL: has a password that is a well-known placeholder.*openssl rand/);
  expect(err).toMatch(/DATABASE_READER_URL: is not set; set it or DATABASE_READER_URL_FILE/);
  expect(err).not.toContain('hunter2');
});
