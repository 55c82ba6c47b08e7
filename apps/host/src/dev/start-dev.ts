import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type EmbeddedPostgres, migrate, startEmbeddedPostgres } from '@windlass/store';
import type { DevOptions } from './dev-options.js';
import { DEV_AUDIENCE, DEV_ISSUER, mintToken, readDevSecret } from './dev-secrets.js';
import { lockDirectory } from './lock-directory.js';

export interface DevPlatform {
  readonly url: string;
  /** All scopes in tenant `dev`, for 30 days. */
  readonly token: string;
  readonly directory: string;
  stop(): Promise<void>;
}

/**
 * A third of production's lease: after a kill -9 what was running comes again within seconds. One machine and one process lose
 * no beats on the way.
 */
const DEV_LEASE_MS = 6_000;
const TOKEN_LIFE_S = 30 * 86_400;

/** The whole platform in one process on the embedded adapters: PostgreSQL from npm, in-process broker, directory storage. */
export async function startDev(options: DevOptions): Promise<DevPlatform> {
  const directory = resolve(options.directory);
  const lock = await lockDirectory(directory);
  const closing: (() => Promise<void>)[] = [() => lock.release()];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    // The services' code takes about as long to load as the database to start.
    const loading = import('./start-roles.js');
    loading.catch(() => {});
    const postgres = await startEmbeddedPostgres(join(directory, 'postgres'));
    closing.push(() => postgres.stop());
    const secret = await readDevSecret(directory);
    const env = environment(options, directory, postgres, secret);
    await migrate({
      ownerUrl: postgres.ownerUrl,
      engineUrl: env.DATABASE_URL ?? '',
      readerUrl: env.DATABASE_READER_URL ?? '',
    });
    const { startRoles } = await loading;
    const url = await startRoles(env, options, closing);
    const claims = { subject: 'dev', tenant: 'dev', scope: 'admin', issuer: DEV_ISSUER, audience: DEV_AUDIENCE };
    return { url, directory, token: await mintToken(secret, { ...claims, lifeSeconds: TOKEN_LIFE_S }), stop };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

function environment(
  options: DevOptions,
  directory: string,
  postgres: EmbeddedPostgres,
  secret: string,
): Record<string, string> {
  return {
    ...options.worker,
    PORT: String(options.port),
    HOST: options.host ?? '127.0.0.1',
    HEALTH_PORT: '0',
    LOG_LEVEL: options.logLevel,
    LOG_FORMAT: options.logFormat,
    DATABASE_URL: postgres.urlFor('windlass_engine', postgres.rolePasswords.engine),
    DATABASE_READER_URL: postgres.urlFor('windlass_reader', postgres.rolePasswords.reader),
    // Never dialled: the roles get the in-process broker. A password all the same, since no configuration goes without one.
    RABBITMQ_URL: `amqp://dev:${randomBytes(24).toString('hex')}@in-process/`,
    FILES_DRIVER: 'directory',
    FILES_DIRECTORY: join(directory, 'files'),
    SCRATCH_DIRECTORY: join(directory, 'scratch'),
    JWT_SECRET: secret,
    JWT_ISSUER: DEV_ISSUER,
    JWT_AUDIENCE: DEV_AUDIENCE,
    LEASE_MS: String(DEV_LEASE_MS),
  };
}
