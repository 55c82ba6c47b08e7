import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@windlass/testing';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';

describe('the embedded PostgreSQL', () => {
  const opened: { directory: string; server?: EmbeddedPostgres }[] = [];
  afterEach(async () => {
    const all = opened.splice(0);
    // Several servers of one test share a directory: all of them end before it goes.
    for (const { server } of all) await server?.stop();
    for (const { directory } of all) await rm(directory, { recursive: true, force: true, maxRetries: 10 });
  });

  async function start(directory: string) {
    const server = await startEmbeddedPostgres(directory);
    opened.push({ directory, server });
    return server;
  }
  async function ask(server: EmbeddedPostgres, sql: string) {
    const client = new pg.Client({ connectionString: server.ownerUrl });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  // As root the second one lies where the server's own user cannot enter.
  it.each([
    ['an open directory', 0o755],
    ['a closed directory', 0o700],
  ])('keeps its data over a stop and a kill, in %s', async (_, mode) => {
    const parent = await mkdtemp(join(tmpdir(), 'windlass-embedded-'));
    await chmod(parent, 0o711);
    const directory = join(parent, 'place', 'postgres');
    await mkdir(join(parent, 'place'), { mode });
    const first = await start(directory);
    await ask(first, 'create table kept (n int)');
    await ask(first, 'insert into kept values (1)');
    // Its parent was killed: the postmaster lives on as an orphan and is stopped by the next start.
    const second = await start(directory);
    expect(await ask(second, 'select n from kept')).toEqual([{ n: 1 }]);
    process.kill(second.pid, 'SIGKILL');
    const third = await waitFor(() => start(directory).catch(() => undefined), {
      what: 'the start after a kill',
      timeoutMs: 20_000,
    });
    expect(await ask(third, 'select n from kept')).toEqual([{ n: 1 }]);
  });

  it('starts anew when its directory was deleted', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'windlass-embedded-'));
    const directory = join(parent, 'postgres');
    const first = await start(directory);
    const before = await readFile(join(directory, 'secrets.json'), 'utf8');
    await first.stop();
    await rm(directory, { recursive: true });
    const second = await start(directory);
    expect(await readFile(join(directory, 'secrets.json'), 'utf8')).not.toBe(before);
    expect(await ask(second, 'select 1 as n')).toEqual([{ n: 1 }]);
  });
});
