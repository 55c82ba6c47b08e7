import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServices } from '@windlass/services';
import { type Instance, type OwnServers, Testbed, type TestbedOptions } from '@windlass/testbed';
import { withCleanUp } from '../faults/ground/clean-up.js';
import type { ScenarioContext } from '../scenario.js';
import { keepOutputs } from './keep-outputs.js';
import { DatabaseLook } from './look-at-database.js';

export const LOAD_TYPES = ['load.tiny', 'load.work', 'load.hold', 'load.hold-inline'];
/** Compiled, also when this file runs from its source in a spec: it is loaded by processes of their own. */
const HANDLERS = fileURLToPath(new URL('../../dist/load/load.handlers.js', import.meta.url));

/** The default settings of the services: official figures are of these. */
export const DEFAULTS = { leaseMs: 20_000, leaderTtlMs: 10_000 } as const;

/** A platform on servers of its own, which may be killed, with the handlers of this package. */
export interface OwnGround {
  bed: Testbed;
  servers: OwnServers;
  look: DatabaseLook;
  /** For sinks and the like; goes with the ground. */
  directory: string;
}

export interface OwnGroundOptions extends Omit<TestbedOptions, 'servers' | 'env'> {
  /** `directory` is the ground's own. */
  env?: (directory: string) => NonNullable<TestbedOptions['env']>;
}

/** Brings up two of each service unless `counts` says otherwise, runs `body` and takes everything down, also when it is interrupted. */
export function withOwnGround<T>(
  { env: envIn, ...options }: OwnGroundOptions,
  { progress, keepDir }: Pick<ScenarioContext, 'progress' | 'keepDir'>,
  body: (ground: OwnGround) => Promise<T>,
): Promise<T> {
  return withCleanUp(progress, async (cleanUp) => {
    const directory = mkdtempSync(join(tmpdir(), 'windlass-scenario-'));
    cleanUp.add(directory, () => rmSync(directory, { recursive: true, force: true }));
    const { servers, stop } = await startServices({ need: ['postgres', 'rabbitmq', 's3'], progress });
    cleanUp.add('the servers', stop);
    const given = envIn?.(directory);
    const worker = { HANDLERS, HANDLER_ENV: 'WORKER_NAME', SCRATCH_DIRECTORY: directory, ...given?.worker };
    const counts = { 'core-api': 2, scheduler: 2, worker: 2, gateway: 2, ...options.counts };
    const bed = await Testbed.open({ ...options, servers, counts, env: { ...given, worker } });
    // A scenario may leave a server dead; what cannot be dropped goes with the servers.
    cleanUp.add('the platform', () => bed.close().catch(() => undefined));
    const look = new DatabaseLook(bed.ground.database.url);
    cleanUp.add('the look at the database', () => look.close());
    progress(`starting ${bed.instances.join(', ')}`);
    await bed.startAll(LOAD_TYPES);
    try {
      return await body({ bed, servers, look, directory });
    } catch (error) {
      keepOutputs(bed, keepDir);
      throw error;
    }
  });
}

/** Which instance leads by the database, or undefined. */
export async function leaderOf({ look, bed }: OwnGround): Promise<Instance | undefined> {
  const leader = await look.leader();
  return leader?.live ? bed.instances.find((name) => leader.holder.startsWith(`${name}-`)) : undefined;
}
