import { type AddressOf, type ServerHandle, startServices } from '@windlass/services';
import type { OwnServers } from '@windlass/testbed';
import type { ScenarioContext } from '../../scenario.js';
import type { CleanUp } from './clean-up.js';

/** Servers for one scenario alone. `postgresDir`: where PostgreSQL's data lies, on a volume for one. */
export async function openServers(
  cleanUp: CleanUp,
  progress: ScenarioContext['progress'],
  postgresDir?: string,
): Promise<OwnServers> {
  const run = await startServices({
    need: ['postgres', 'rabbitmq', 's3'],
    ...(postgresDir === undefined ? {} : { dataDirs: { postgres: postgresDir } }),
    progress,
  });
  cleanUp.add('the servers', () => run.stop());
  const { postgres, rabbitmq, s3 } = run.servers;
  for (const server of [postgres, rabbitmq, s3]) refuseForeign(server);
  return { postgres, rabbitmq, s3 };
}

/** A server that was given by its address is not ours to kill, pause or wipe. */
function refuseForeign<N extends keyof AddressOf>({ name, origin }: ServerHandle<N>): void {
  if (origin === 'environment')
    throw new Error(`${name} is given by the environment: a scenario needs servers of its own`);
}
