import 'reflect-metadata';
import { DataSource, type EntityManager } from 'typeorm';
import { ENTITIES } from '../entities/index.js';
import { SCHEMA } from '../migrations/migrate.js';
import { RECALLING } from './recall-statements.js';

/** TypeORM for ordinary queries: one source per role. */
export interface Sources {
  /** windlass_engine: registries, files, keys. */
  readonly engine: DataSource;
  /**
   * Runs `read` as windlass_reader in a transaction that sees this tenant's rows only, whatever `read` forgets to filter.
   */
  readAs<T>(tenantId: string, read: (manager: EntityManager) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface SourcesOptions {
  engineUrl: string;
  readerUrl: string;
  engineConnections: number;
  readerConnections: number;
  applicationName: string;
  /** In the driver's terms, ms. */
  timeouts: { statement_timeout: number; query_timeout: number };
  /** In the place of `pg`: an object with its `Pool`. */
  driver?: object;
}

export function makeSources(options: SourcesOptions): Sources & { open(): Promise<void> } {
  const source = (url: string, max: number) =>
    new DataSource({
      type: 'postgres',
      url,
      schema: SCHEMA,
      entities: ENTITIES,
      applicationName: options.applicationName,
      connectTimeoutMS: 1_500,
      poolSize: max,
      ...(options.driver ? { driver: options.driver } : {}),
      extra: {
        options: `-c search_path=${SCHEMA} -c timezone=UTC -c jit=off`,
        statement_timeout: options.timeouts.statement_timeout,
        query_timeout: options.timeouts.query_timeout,
        idle_in_transaction_session_timeout: 10_000,
        keepAlive: true,
        ...RECALLING,
      },
    });
  const engine = source(options.engineUrl, options.engineConnections);
  const reader = source(options.readerUrl, options.readerConnections);
  return {
    engine,
    open: async () => {
      await Promise.all([engine.initialize(), reader.initialize()]);
    },
    readAs: (tenantId, read) =>
      reader.transaction(async (manager) => {
        await manager.query(`select set_config('windlass.tenant', $1, true)`, [tenantId]);
        return read(manager);
      }),
    close: async () => {
      await Promise.all([engine, reader].map((each) => (each.isInitialized ? each.destroy() : undefined)));
    },
  };
}
