import { startServices } from '@windlass/services';
import { type OwnServers, Testbed } from '@windlass/testbed';
import type { Platform } from './platform.js';
import { reachPlatform } from './reach-platform.js';
import { type KeyServer, serveKeys } from './serve-keys.js';

const TYPES = ['hash', 'conversion.cad'];
/** Of the log of each instance, so much is looked at. */
const KEPT_LOG = 20_000;

/** Every service a process, on RabbitMQ, PostgreSQL and S3 of its own. */
export interface Deployment {
  bed: Testbed;
  /** As clients of `gateway-1` see it; that one knows its tokens by a shared secret. */
  platform: Platform;
  /** As clients of `gateway-2` see it; that one knows its tokens by these keys. */
  keyed: { url: string; keys: KeyServer };
  stop(): Promise<void>;
}

export async function openDeployment(progress: (line: string) => void): Promise<Deployment> {
  const closing: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const services = await startServices({ need: ['postgres', 'rabbitmq', 's3'], progress });
    closing.push(() => services.stop());
    const keys = await serveKeys();
    closing.push(() => keys.close());
    const bed = await Testbed.open({
      servers: services.servers as OwnServers,
      counts: { gateway: 2 },
      env: { 'gateway-2': { JWT_SECRET: '', JWKS_URL: keys.url } },
    });
    closing.push(() => bed.close());
    await bed.startAll(TYPES);
    return { bed, platform: await platformOf(bed, stop), keyed: { url: bed.urlOf('gateway-2'), keys }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function platformOf(bed: Testbed, stop: () => Promise<void>): Promise<Platform> {
  const reached = await reachPlatform(bed.urlOf('gateway-1'), ({ tenant, scope }) => bed.tokenFor(tenant, scope));
  return {
    ...reached,
    stop,
    get errors() {
      return bed.instances
        .map((name) => bed.outputOf(name).slice(-KEPT_LOG))
        .join('\n')
        .split('\n')
        .filter((line) => line.includes('"level":"error"'))
        .join('\n');
    },
    get isRunning() {
      return bed.instances.every((name) => bed.isRunning(name));
    },
  };
}
