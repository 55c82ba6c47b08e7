import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installRecorder } from '@windlass/proof';
import { ENGINE_SESSION, migrate, startEmbeddedPostgres } from '@windlass/store';
import pg from 'pg';
import { PhysicalConnections } from './physical-connections.js';
import { CLEAR, prepareForSeeds, recordVirtually } from './prepare-schema.js';

/**
 * Nothing of it must survive, so nothing is written down for certain. No vacuum in the background: what happens is what the seed says.
 * A deadlock is looked for at once, since nobody else could end it.
 */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  deadlock_timeout: '10ms',
  shared_buffers: '128MB',
};
/** Dead rows of so many seeds make reading slower than a vacuum takes. */
const VACUUM_EVERY = 40;
const CLOCK_FILE = 'windlass_clock';

/** A PostgreSQL of its own for all seeds of a process. */
export interface SimulationDatabase {
  connections: PhysicalConnections;
  /** As the owner: to clear, to look, to ask who waits for whom. */
  control: pg.Client;
  urls: { ownerUrl: string; engineUrl: string; readerUrl: string };
  /** From here on `windlass_now()` says so; `startedMs`: since when the statement that comes next, or one that it lets go on, is under way. */
  setClock(atMs: number, startedMs?: number): void;
  /** As if newly migrated. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function placeDatabase(): Promise<SimulationDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'windlass-simulation-'));
  const server = await startEmbeddedPostgres(directory, SETTINGS);
  const urls = {
    ownerUrl: server.ownerUrl,
    engineUrl: server.urlFor('windlass_engine', server.rolePasswords.engine),
    readerUrl: server.urlFor('windlass_reader', server.rolePasswords.reader),
  };
  await migrate(urls);
  const control = new pg.Client({ connectionString: urls.ownerUrl, options: '-c search_path=windlass' });
  await control.connect();
  await prepareForSeeds(control, CLOCK_FILE);
  await installRecorder((text, values) => control.query(text, values), { unlogged: true });
  await recordVirtually(control, CLOCK_FILE);
  const { rows } = await control.query<{ data_directory: string }>('show data_directory');
  const clockFile = openSync(join(rows[0]!.data_directory, CLOCK_FILE), 'w', 0o644);
  const ordinary = '-c search_path=windlass -c timezone=UTC -c jit=off';
  const connections = new PhysicalConnections({
    engine: { connectionString: urls.engineUrl, options: ENGINE_SESSION },
    ordinary: { connectionString: urls.engineUrl, options: ordinary },
    reader: { connectionString: urls.readerUrl, options: ordinary },
  });
  let clearings = 0;
  let clock = '';
  return {
    connections,
    control,
    urls,
    setClock: (atMs, startedMs = atMs) => {
      const text = `${atMs.toFixed(3)} ${startedMs.toFixed(3)}`;
      if (text === clock) return;
      clock = text;
      writeSync(clockFile, text, 0);
    },
    clear: async () => {
      await control.query(CLEAR);
      clearings += 1;
      if (clearings % VACUUM_EVERY === 0) await control.query('vacuum');
    },
    close: async () => {
      await connections.close();
      await control.end();
      closeSync(clockFile);
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
