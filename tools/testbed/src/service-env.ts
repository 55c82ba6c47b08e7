import type { Ground } from './ground.js';
import { type Instance, REACHES, type Server, serviceOf } from './instances.js';
import type { Links } from './links.js';
import { inheritedEnv } from './testbed.config.js';

export interface PlatformSettings {
  leaseMs: number;
  leaderTtlMs: number;
  secret: string;
}

/** The environment of one instance: its configuration, with each server behind the instance's own link. */
export function environmentOf(
  name: Instance,
  ground: Ground,
  links: Links,
  settings: PlatformSettings,
): Record<string, string> {
  const reaches = REACHES[serviceOf(name)];
  const through = (server: Server, url: string) => {
    const own = new URL(url);
    own.hostname = '127.0.0.1';
    own.port = String(links.of(name, server).port);
    return own;
  };
  const env: Record<string, string> = {
    ...inheritedEnv(),
    LOG_LEVEL: 'info',
    MACHINE: name,
    HEALTH_HOST: '127.0.0.1',
    HOST: '127.0.0.1',
  };
  if (reaches.includes('postgres')) {
    const { engineUrl, readerUrl } = ground.database.urls;
    env.DATABASE_URL = named(through('postgres', engineUrl), name);
    env.DATABASE_READER_URL = named(through('postgres', readerUrl), name);
    env.LEASE_MS = String(settings.leaseMs);
    env.LEADER_TTL_MS = String(settings.leaderTtlMs);
  }
  if (reaches.includes('rabbitmq')) env.RABBITMQ_URL = through('rabbitmq', ground.vhost.url).href;
  if (reaches.includes('s3')) {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = ground.bucket;
    Object.assign(env, {
      FILES_DRIVER: 's3',
      S3_ENDPOINT: through('s3', endpoint).origin,
      S3_REGION: region,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
    });
  }
  if (serviceOf(name) === 'gateway') {
    env.JWT_SECRET = settings.secret;
    env.S3_PUBLIC_ENDPOINT = ground.bucket.endpoint;
  }
  if (serviceOf(name) === 'worker') env.WORKER_NAME = name;
  return env;
}

/** PostgreSQL then knows which instance each connection is of. */
function named(url: URL, name: Instance): string {
  url.searchParams.set('application_name', name);
  return url.href;
}
