import type { Runtime } from '@windlass/clock';
import { awaitSchema } from './await-schema.js';
import { connectDatabase, type Database } from './connect-database.js';
import { openConnections } from './open-connections.js';

export interface DatabaseSettings {
  databaseUrl: string;
  databaseReaderUrl: string;
  databaseConnections: number;
}

export interface OpenOptions {
  service: string;
  runtime: Runtime;
  warn(fields: object, message: string): void;
  /** Whether the engine's connections are opened ahead, for a service whose first requests come at once. */
  warm?: boolean;
}

/** The database as a service's configuration names it, once it answers and its schema is up to date. */
export async function openDatabase(settings: DatabaseSettings, options: OpenOptions): Promise<Database> {
  const { service, runtime, warn, warm = false } = options;
  const db = await awaitSchema(
    () =>
      connectDatabase({
        engineUrl: settings.databaseUrl,
        readerUrl: settings.databaseReaderUrl,
        connections: settings.databaseConnections,
        applicationName: `windlass ${service}`,
        onError: (error) => warn({ operation: 'database', error }, 'an idle database connection was lost'),
      }),
    { runtime, onWait: (missing) => warn({ operation: 'start' }, `waiting: ${missing}`) },
  );
  if (warm) await openConnections(db.engine);
  return db;
}
