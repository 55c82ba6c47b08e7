import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { secret } from '../instance.js';
import { holdLock } from '../programs/hold-lock.js';
import type { Progress } from '../programs/progress.js';
import type { PostgresAddress, RabbitAddress, S3Address, ServiceName } from '../service-types.js';
import { startServices } from '../start-services.js';
import { BUCKET, createBucket, createDatabase, DATABASE } from './create-resources.js';
import { type DevelopmentSecrets, keepSecrets, stateDirOf, writeEnvFile } from './development-files.js';

/** What development runs on. The 4.x broker and Redis are for tests and the bench. */
export const DEVELOPMENT: ServiceName[] = ['postgres', 'rabbitmq', 's3'];

/**
 * Starts what development needs, or finds it running, and writes `.env.local`. Repeatable: ports, passwords and data
 * stay. The servers outlive this process.
 */
export function bringUp(root: string, progress: Progress): Promise<void> {
  return holdLock(join(stateDirOf(root), 'up.lock'), () => bringUpAlone(root, progress));
}

async function bringUpAlone(root: string, progress: Progress): Promise<void> {
  const { servers } = await startServices({
    need: ['postgres', 'rabbitmq', 's3'] as const,
    dir: stateDirOf(root),
    progress,
  });
  const { postgres, rabbitmq, s3 } = servers;
  await Promise.all([createDatabase(postgres.address.url), createBucket(s3.address)]);
  const secrets = keepSecrets(root, () => ({
    enginePassword: secret(),
    readerPassword: secret(),
    jwtSecret: randomBytes(48).toString('base64url'),
  }));
  writeEnvFile(root, variablesFor(postgres.address, rabbitmq.address, s3.address, secrets));
}

/** The variables that the applications' typed configuration reads. Both roles are created by the migration step. */
function variablesFor(postgres: PostgresAddress, rabbit: RabbitAddress, s3: S3Address, secrets: DevelopmentSecrets) {
  return {
    MIGRATION_DATABASE_URL: databaseUrl(postgres),
    DATABASE_URL: databaseUrl(postgres, 'windlass_engine', secrets.enginePassword),
    DATABASE_READER_URL: databaseUrl(postgres, 'windlass_reader', secrets.readerPassword),
    RABBITMQ_URL: rabbit.url,
    FILES_DRIVER: 's3',
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_BUCKET: BUCKET,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    S3_FORCE_PATH_STYLE: 'true',
    JWT_SECRET: secrets.jwtSecret,
    JWT_ISSUER: 'windlass',
    JWT_AUDIENCE: 'windlass',
  };
}

function databaseUrl({ url }: PostgresAddress, role?: string, password?: string): string {
  const own = new URL(url);
  own.pathname = `/${DATABASE}`;
  if (role && password) {
    own.username = role;
    own.password = password;
  }
  return own.href;
}
