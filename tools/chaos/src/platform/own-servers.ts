import { startServices } from '@windlass/services';
import type { OwnServers } from '@windlass/testbed';

export interface RunServers {
  servers: OwnServers;
  /** Names of those that were only given by their address: they cannot be killed or paused. */
  foreign: ReadonlySet<string>;
  /** Brings back what a round that broke off has left paused or dead. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

/** PostgreSQL, RabbitMQ and S3 for this run alone. */
export async function startOwnServers(progress: (line: string) => void): Promise<RunServers> {
  const { servers, stop } = await startServices({ need: ['postgres', 'rabbitmq', 's3'], progress });
  const foreign = Object.values(servers).filter((server) => server.origin === 'environment');
  const mend = async () => {
    for (const server of Object.values(servers)) {
      if (foreign.includes(server)) continue;
      await (server.isRunning() ? server.resume() : server.restart());
    }
  };
  return { servers, foreign: new Set(foreign.map((server) => server.name)), mend, stop };
}
