import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DISPATCH } from '@windlass/dispatch';
import { GatewayConfig } from '@windlass/gateway';
import { loadConfig } from '@windlass/service-kit';
import { WorkerConfig } from '@windlass/worker';
import { SignJWT } from 'jose';
import { GatedDatabase } from '../database/gated-database.js';
import { placeDatabase, type SimulationDatabase } from '../database/place-database.js';
import { MARKS } from '../seed-times.js';

/** Of the simulation's own gateway, which nobody else can reach. */
const SECRET = 'Zr9vN0s3kQxT6yLw2uFhBjPmA8dCeGi5';
const NEVER_S = 4_102_444_800;
const SCOPES = 'jobs:write jobs:read queues:read queues:write';

/** What outlives seeds: the server, connections, configurations. */
export interface Stage {
  database: SimulationDatabase;
  databases: Map<string, GatedDatabase>;
  gatewayConfig: GatewayConfig;
  workerConfig(name: string, scratchDirectory: string): WorkerConfig;
  token: string;
  /** An empty directory for the attempts of one seed. */
  freshScratch(): string;
  close(): Promise<void>;
}

export const WITH_DATABASE = ['core-api-1', 'core-api-2', 'scheduler-1', 'scheduler-2'];

export async function openStage(): Promise<Stage> {
  // The product has no switch for this.
  Object.assign(DISPATCH, MARKS);
  const database = await placeDatabase();
  const databases = new Map<string, GatedDatabase>();
  for (const name of WITH_DATABASE) {
    const gated = new GatedDatabase(name, database);
    await gated.open();
    databases.set(name, gated);
  }
  const rabbitmq = { RABBITMQ_URL: `amqp://test:${SECRET}@in-process` };
  const scratch = mkdtempSync(join(tmpdir(), 'windlass-simulation-scratch-'));
  return {
    ...{ database, databases },
    gatewayConfig: loadConfig(GatewayConfig, { ...rabbitmq, PORT: '0', HOST: '127.0.0.1', JWT_SECRET: SECRET }),
    workerConfig: (name, scratchDirectory) =>
      loadConfig(WorkerConfig, {
        ...rabbitmq,
        HANDLERS: fileURLToPath(new URL(`../../dist/services/handlers-of-${name}.js`, import.meta.url)),
        JOB_TYPES: 'sim.*',
        WORKER_NAME: name,
        MACHINE: name,
        HEALTH_PORT: '0',
        COLLECT_EVERY_MS: '5000',
        DRAIN_TIMEOUT_MS: '1500',
        SCRATCH_DIRECTORY: scratchDirectory,
      }),
    token: await signToken(),
    freshScratch: () => {
      rmSync(scratch, { recursive: true, force: true });
      mkdirSync(scratch, { mode: 0o700 });
      return scratch;
    },
    close: async () => {
      rmSync(scratch, { recursive: true, force: true });
      await database.close();
    },
  };
}

/** Compared with this process's clock, which is not the seed's: it never ends. */
function signToken(): Promise<string> {
  return new SignJWT({ tenant: 'acme', scope: SCOPES, sub: 'simulation' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('windlass')
    .setAudience('windlass')
    .setExpirationTime(NEVER_S)
    .sign(new TextEncoder().encode(SECRET));
}
