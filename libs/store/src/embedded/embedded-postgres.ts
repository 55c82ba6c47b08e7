import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readEmbeddedSecrets } from './embedded-secrets.js';
import { endWithParent } from './end-with-parent.js';
import { type EmbeddedPlace, placeEmbedded } from './place-embedded.js';
import { stopOrphan } from './stop-orphan.js';

export interface EmbeddedPostgres {
  /** Superuser's URL of database `windlass`. */
  readonly ownerUrl: string;
  urlFor(user: string, password: string): string;
  /** Passwords of the two service roles: made once, kept beside the data with mode 0600. */
  readonly rolePasswords: { engine: string; reader: string };
  readonly pid: number;
  stop(): Promise<void>;
}

/** initdb takes under a second, recovery after a crash a few: past this something else is wrong. */
const START_TIMEOUT_MS = 60_000;

/**
 * Runs a real PostgreSQL from npm's binaries on 127.0.0.1 with its data below `directory`. It ends with this process; what a killed
 * predecessor has left running all the same is stopped first, and what it had committed is there. `settings` are the server's own, such as `fsync`.
 */
export async function startEmbeddedPostgres(
  directory: string,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<EmbeddedPostgres> {
  // Entered by the server's user when we are root; the secrets in it are files of mode 0600.
  await mkdir(directory, { recursive: true, mode: 0o711 });
  const secrets = await readEmbeddedSecrets(directory);
  const place = await placeEmbedded(directory);
  await initialise(place, secrets.owner);
  await stopOrphan(place.data);
  const port = await freePort();
  const log = await open(join(directory, 'postgres.log'), 'a', 0o600);
  const server = spawn(join(place.bin, 'postgres'), serverArguments(place, port, settings), {
    ...place.identity,
    cwd: place.home,
    stdio: ['ignore', log.fd, log.fd],
    // Its own session: Ctrl-C at a terminal must not stop the database before the platform has drained.
    detached: true,
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' },
  });
  endWithParent(server);
  await log.close();
  const urlFor = (user: string, password: string, database = 'windlass') =>
    `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
  await waitUntilReady(server, urlFor('windlass_owner', secrets.owner, 'postgres'), directory);
  return {
    ownerUrl: urlFor('windlass_owner', secrets.owner),
    urlFor: (user, password) => urlFor(user, password),
    rolePasswords: { engine: secrets.engine, reader: secrets.reader },
    pid: server.pid ?? 0,
    stop: () => stopServer(server),
  };
}

function serverArguments(place: EmbeddedPlace, port: number, own: Readonly<Record<string, string | number>>): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    // One machine, one platform: three pools of 20 and room for a look by hand.
    max_connections: 80,
    shared_buffers: '64MB',
    jit: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...own,
  };
  return ['-D', place.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** initdb once. A half-made directory (killed during initdb) has no completion mark and is made again. */
async function initialise(place: EmbeddedPlace, ownerPassword: string): Promise<void> {
  const done = join(place.home, 'initialised');
  if (
    await readFile(done).then(
      () => true,
      () => false,
    )
  )
    return;
  await rm(place.data, { recursive: true, force: true });
  await mkdir(place.data, { recursive: true, mode: 0o700 });
  const passwordFile = join(place.home, 'password');
  await writeFile(passwordFile, ownerPassword, { mode: 0o600 });
  if (place.identity.uid !== undefined) {
    await chown(place.data, place.identity.uid, place.identity.gid ?? place.identity.uid);
    await chown(passwordFile, place.identity.uid, place.identity.gid ?? place.identity.uid);
  }
  await run(
    join(place.bin, 'initdb'),
    [
      '-D',
      place.data,
      '-U',
      'windlass_owner',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--data-checksums',
    ],
    place,
  );
  await rm(passwordFile);
  await chmod(place.data, 0o700);
  await writeFile(done, 'initdb completed\n');
}

function run(command: string, args: string[], place: EmbeddedPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...place.identity,
      cwd: place.home,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' },
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('exit', (exit) =>
      exit === 0 ? resolve() : reject(new Error(`${command} ended with ${exit}:\n${output}`)),
    );
  });
}

async function waitUntilReady(server: ChildProcess, url: string, directory: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  let last: unknown;
  while (performance.now() < deadline) {
    if (server.exitCode !== null) break;
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    try {
      await client.connect();
      const found = await client.query("select 1 from pg_database where datname = 'windlass'");
      if (found.rowCount === 0) await client.query('create database windlass');
      return;
    } catch (error) {
      last = error;
      // A wrong password does not get right by waiting.
      if ((error as { code?: string }).code === '28P01') break;
      await sleep(20);
    } finally {
      await client.end().catch(() => {});
    }
  }
  await stopServer(server);
  throw new Error(`The embedded PostgreSQL did not start; see ${join(directory, 'postgres.log')}`, { cause: last });
}

/** Fast shutdown (SIGINT); immediate (SIGQUIT) when that takes too long: the log replays at the next start. */
async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  server.kill('SIGINT');
  const impatient = setTimeout(() => server.kill('SIGQUIT'), 10_000);
  await exited;
  clearTimeout(impatient);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
