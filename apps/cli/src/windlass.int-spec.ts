import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SpawnedDev, windlass, windlassDev } from './testing/spawned-windlass.fixture.js';

const UNKNOWN = '01a1f969-e660-74fa-85ad-c81b8a8b9752';
let cwd: string;
let dev: SpawnedDev;
let env: Record<string, string>;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'windlass-cli-'));
  dev = await windlassDev({ cwd });
  env = { WINDLASS_URL: dev.url, WINDLASS_TOKEN: dev.token };
});
afterAll(async () => {
  await dev?.end('SIGTERM');
  rmSync(cwd, { recursive: true, force: true });
});

/** Runs it, expects success, answers its JSON. */
async function json(...args: string[]) {
  const { exitCode, out, err } = await windlass({ cwd, env }, ...args, '--json');
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  return JSON.parse(out);
}

describe('windlass against a platform', { timeout: 120_000 }, () => {
  it('submits a job, waits for it and has its result, events and place in the list', async () => {
    const job = await json('submit', 'hash', '{"example":"data"}', '--wait', '--tag', 'mine');
    expect(job).toMatchObject({ state: 'succeeded', attempt: 1, result: { md5: 'd8d1c0011055fc1d9852c40cf8fbf592' } });
    expect(await json('result', job.id)).toEqual(job.result);
    expect((await json('events', job.id)).items.filter((each: { terminal: boolean }) => each.terminal)).toHaveLength(1);
    expect((await json('jobs', '--tag', 'mine', '--type', 'hash')).items).toMatchObject([{ id: job.id }]);
    expect((await json('get', job.id)).id).toBe(job.id);
  });

  it('submits once under one idempotency key', async () => {
    const [first, second] = [
      await json('submit', 'hash', '1', '--idempotency-key', 'once'),
      await json('submit', 'hash', '1', '--idempotency-key', 'once'),
    ];
    expect(second.id).toBe(first.id);
  });

  it('says which types there are when one is unknown, and exits 1', async () => {
    const { exitCode, out, err } = await windlass({ cwd, env }, 'submit', 'no-such-type');
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(/no-such-type.*conversion\.cad.*hash/s);
    expect((await json('types')).items.map((type: { name: string }) => type.name)).toEqual(
      expect.arrayContaining(['hash', 'conversion.cad']),
    );
  });

  it('uploads a file and downloads the same bytes', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
    writeFileSync(join(cwd, 'here.bin'), bytes);
    const file = await json('upload', 'here.bin');
    expect(file).toMatchObject({ name: 'here.bin', size: bytes.length, contentType: 'application/octet-stream' });
    await json('download', file.id, '-o', 'there/copy.bin');
    expect(readFileSync(join(cwd, 'there/copy.bin')).equals(bytes)).toBe(true);
  });

  it('makes a key that works until it is revoked', async () => {
    const created = await json('keys', 'create', 'app', '--scope', 'jobs:read', '--expires', '1d');
    const withKey = { cwd, env: { WINDLASS_URL: dev.url, WINDLASS_TOKEN: created.key } };
    expect((await windlass(withKey, 'jobs')).exitCode).toBe(0);
    expect((await windlass(withKey, 'submit', 'hash', '1')).err).toContain('jobs:write');
    await json('keys', 'revoke', created.id);
    expect((await json('keys', 'list')).items).toMatchObject([{ id: created.id, revokedAt: expect.any(String) }]);
  });

  it('makes a token of another tenant, which sees nothing of this one', async () => {
    const { id } = await json('submit', 'hash', '1', '--wait');
    const { out: token } = await windlass({ cwd }, 'token', '--tenant', 'other', '--scope', 'jobs:read');
    const other = { cwd, env: { WINDLASS_URL: dev.url, WINDLASS_TOKEN: token.trim() } };
    expect((await windlass(other, 'jobs')).out).toBe('No jobs match.\n');
    const [theirs, unknown] = [await windlass(other, 'get', id), await windlass(other, 'get', UNKNOWN)];
    expect(theirs).toEqual(unknown);
    expect(theirs.exitCode).toBe(1);
  });

  it('refuses a second platform on the same data', async () => {
    const { exitCode, err } = await windlass({ cwd }, 'dev', '--port', '0');
    expect(exitCode).toBe(1);
    expect(err).toContain(`pid ${dev.pid}`);
  });

  it('stops on SIGTERM with 0, and has kept everything at the next start', async () => {
    const { id, result } = await json('submit', 'hash', '"kept"', '--wait');
    expect(await dev.end('SIGTERM')).toBe(0);
    dev = await windlassDev({ cwd });
    env = { WINDLASS_URL: dev.url, WINDLASS_TOKEN: env.WINDLASS_TOKEN ?? '' };
    expect(await json('result', id)).toEqual(result);
  });
});
