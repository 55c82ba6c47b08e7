import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OwnServers, Testbed, type TestbedOptions } from '@windlass/testbed';
import type { ScenarioContext } from '../../scenario.js';
import type { CleanUp } from './clean-up.js';

/** The built one, also for specs: workers are processes of their own. */
const HANDLERS = fileURLToPath(new URL('../../../dist/faults/handlers/fault.handlers.js', import.meta.url));

/** A folder for one scenario's volumes and sinks, which servers of another account can reach. */
export function makeDirectory(cleanUp: CleanUp): string {
  const dir = mkdtempSync(join(tmpdir(), 'windlass-fault-'));
  chmodSync(dir, 0o711);
  cleanUp.add(dir, () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export interface Platform {
  bed: Testbed;
  servers: OwnServers;
  dir: string;
  /** Where the handlers tell what they do. */
  sink: string;
}

export interface PlatformOptions extends Pick<TestbedOptions, 'counts' | 'leaseMs' | 'env'> {
  servers: OwnServers;
  dir: string;
  progress: ScenarioContext['progress'];
}

/** All services started on these servers, with this package's handlers. */
export async function openPlatform(cleanUp: CleanUp, options: PlatformOptions): Promise<Platform> {
  const { servers, dir, progress, env = {}, ...rest } = options;
  const worker = { HANDLERS, SCRATCH_DIRECTORY: join(dir, 'scratch'), ...env.worker };
  const bed = await Testbed.open({ ...rest, servers, env: { ...env, worker } });
  // A fault may have left a server dead; what cannot be dropped goes with the servers.
  cleanUp.add('the platform', () => bed.close().catch(() => undefined));
  progress(`starting ${bed.instances.join(', ')}`);
  await bed.startAll(['fault.note']);
  return { bed, servers, dir, sink: join(dir, 'sink.jsonl') };
}
