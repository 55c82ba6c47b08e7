import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRecord, writeRecord } from '../records.js';
import { bringUp } from './bring-up.js';
import { describeStatus, formatTable } from './describe-status.js';
import { envFileOf, stateDirOf } from './development-files.js';
import { takeDown } from './take-down.js';

let root: string;

const quiet = () => {};
const states = async () => (await describeStatus(root)).map((row) => row.state);
const readEnv = () =>
  Object.fromEntries(
    readFileSync(envFileOf(root), 'utf8')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'windlass-development-'));
  chmodSync(root, 0o711);
  writeFileSync(envFileOf(root), '# mine\nLOG_LEVEL=debug\nJWT_ISSUER=old\n');
  await bringUp(root, quiet);
}, 600_000);

afterAll(async () => {
  await takeDown(root);
  rmSync(root, { recursive: true, force: true });
});

it('up starts all three and status says so', async () => {
  expect(await states()).toEqual(['answers', 'answers', 'answers']);
  expect(formatTable(await describeStatus(root)).split('\n')).toHaveLength(4);
});

it('up writes .env.local for its user only, and keeps the lines that are not its own', () => {
  expect(statSync(envFileOf(root)).mode & 0o777).toBe(0o600);
  const variables = readEnv();
  expect(variables).toMatchObject({
    LOG_LEVEL: 'debug',
    JWT_ISSUER: 'windlass',
    FILES_DRIVER: 's3',
    S3_BUCKET: 'windlass',
  });
  expect(new URL(variables.DATABASE_URL!).username).toBe('windlass_engine');
  expect(new URL(variables.DATABASE_READER_URL!).username).toBe('windlass_reader');
  expect(Buffer.from(variables.JWT_SECRET!, 'base64url')).toHaveLength(48);
});

it('the database of .env.local exists', async () => {
  const client = new pg.Client({ connectionString: readEnv().MIGRATION_DATABASE_URL });
  await client.connect();
  const { rows } = await client.query('select current_database() as name');
  await client.end();
  expect(rows).toEqual([{ name: 'windlass' }]);
});

it('a second up keeps servers, ports and secrets', async () => {
  const before = { variables: readEnv(), rows: await describeStatus(root) };
  await bringUp(root, quiet);
  expect({ variables: readEnv(), rows: await describeStatus(root) }).toEqual(before);
});

it('down leaves a process alone that merely has a recorded pid', async () => {
  const record = readRecord(stateDirOf(root), 's3')!;
  writeRecord(stateDirOf(root), { ...record, process: { pid: process.pid, startTicks: '1' } });
  expect(await takeDown(root)).not.toContain('s3'); // and this test still runs
  writeRecord(stateDirOf(root), record);
});

it('down stops everything, and the next up finds the same data and secrets', async () => {
  const before = readEnv();
  await bringUp(root, quiet);
  await takeDown(root);
  expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);
  await bringUp(root, quiet);
  expect(readEnv()).toEqual(before);
  expect(await states()).toEqual(['answers', 'answers', 'answers']);
}, 120_000);
