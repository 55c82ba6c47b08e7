import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@windlass/testing';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';

describe('the embedded PostgreSQL', () => {
  const servers: EmbeddedPostgres[] = [];
  const parents: string[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    for (const parent of parents.splice(0)) await rm(parent, { recursive: true, force: true, maxRetries: 10 });
  });

  async function makeParent(): Promise<string> {
    const parent = await mkdtemp(join(tmpdir(), 'windlass-embedded-'));
    parents.push(parent);
    return parent;
  }

  async function start(directory: string) {
    const server = await startEmbeddedPostgres(directory);
    servers.push(server);
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
    const parent = await makeParent();
    await chmod(parent, 0o711);
    const directory = join(parent, 'place', 'postgres');
    await mkdir(join(parent, 'place'), { mode });
    const first = await start(directory);
    await ask(first, 'create table kept (n int)');
    await ask(first, 'insert into kept values (1)');
    // Not stopped by whoever started it: an orphan, which the next start stops.
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
    const parent = await makeParent();
    const directory = join(parent, 'postgres');
    const first = await start(directory);
    const before = await readFile(join(directory, 'secrets.json'), 'utf8');
    await first.stop();
    await rm(directory, { recursive: true });
    const second = await start(directory);
    expect(await readFile(join(directory, 'secrets.json'), 'utf8')).not.toBe(before);
    expect(await ask(second, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('ends with the process that started it, also when that is killed', async () => {
    const parent = await makeParent();
    await chmod(parent, 0o711);
    const built = new URL('../../dist/embedded/embedded-postgres.js', import.meta.url).href;
    const script = `import { startEmbeddedPostgres } from '${built}';
      console.log((await startEmbeddedPostgres(process.argv[1])).pid);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script, join(parent, 'postgres')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [told] = (await once(owner.stdout, 'data')) as [Buffer];
    const pid = Number(told.toString());
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    try {
      await waitFor(() => !isAlive(pid), { what: 'the end of PostgreSQL', timeoutMs: 20_000 });
    } finally {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
