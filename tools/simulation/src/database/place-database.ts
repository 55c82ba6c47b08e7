import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installRecorder } from '@windlass/proof';
import { ENGINE_SESSION, migrate, startEmbeddedPostgres } from '@windlass/store';
import pg from 'pg';
import { type PhysicalConnection, PhysicalConnections } from './physical-connections.js';
import { CLEAR, prepareForSeeds, WRITER_BYTES, witnessOf } from './prepare-schema.js';

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
/** One for each session, with its number behind. */
const WRITER_FILE = 'windlass_writer_';

/** A PostgreSQL of its own for all seeds of a process. */
export interface SimulationDatabase {
  connections: PhysicalConnections;
  /** As the owner: to clear, to look, to ask who waits for whom. */
  control: pg.Client;
  urls: { ownerUrl: string; engineUrl: string; readerUrl: string };
  /** From here on `windlass_now()` says so; `startedMs`: since when the statement that comes next, or one that it lets go on, is under way. */
  setClock(atMs: number, startedMs?: number): void;
  /** Whose statements the session carries from here on, for the recorder. */
  setWriter(connection: PhysicalConnection, instance: string): void;
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
  const witness = witnessOf(CLOCK_FILE, WRITER_FILE);
  await installRecorder((text, values) => control.query(text, values), { unlogged: true, witness });
  const { rows } = await control.query<{ data_directory: string }>('show data_directory');
  const directoryOfData = rows[0]!.data_directory;
  const clockFile = openSync(join(directoryOfData, CLOCK_FILE), 'w', 0o644);
  const ordinary = '-c search_path=windlass -c timezone=UTC -c jit=off';
  const connections = new PhysicalConnections({
    engine: { connectionString: urls.engineUrl, options: ENGINE_SESSION },
    ordinary: { connectionString: urls.engineUrl, options: ordinary },
    reader: { connectionString: urls.readerUrl, options: ordinary },
  });
  let clearings = 0;
  let clock = '';
  const writers = new Map<number, { file: number; instance: string }>();
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
    setWriter: ({ pid }, instance) => {
      const writer = writers.get(pid) ?? {
        file: openSync(join(directoryOfData, `${WRITER_FILE}${pid}`), 'w', 0o644),
        instance: '',
      };
      writers.set(pid, writer);
      if (writer.instance === instance) return;
      writer.instance = instance;
      writeSync(writer.file, instance.padEnd(WRITER_BYTES), 0);
    },
    clear: async () => {
      await control.query(CLEAR);
      clearings += 1;
      if (clearings % VACUUM_EVERY === 0) await control.query('vacuum');
    },
    close: async () => {
      await connections.close();
      await control.end();
      for (const file of [clockFile, ...[...writers.values()].map((each) => each.file)]) closeSync(file);
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
