import type { Runtime } from '@windlass/clock';
import { awaitSchema } from './await-schema.js';
import { connectDatabase, type Database } from './connect-database.js';

export interface DatabaseSettings {
  databaseUrl: string;
  databaseReaderUrl: string;
  databaseConnections: number;
}

/** The database as a service's configuration names it, once it answers and its schema is up to date. */
export function openDatabase(
  settings: DatabaseSettings,
  options: { service: string; runtime: Runtime; warn(fields: object, message: string): void },
): Promise<Database> {
  const { service, runtime, warn } = options;
  return awaitSchema(
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
}
