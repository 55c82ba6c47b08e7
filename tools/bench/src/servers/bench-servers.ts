import { randomBytes } from 'node:crypto';
import { createVhost, deleteVhost, type RunningServices, rabbitCtl, startServices } from '@windlass/services';
import { Redis } from 'ioredis';
import pg from 'pg';

type Name = 'postgres' | 'rabbitmq' | 'redis';

export interface Scratch {
  url: string;
  drop(): Promise<void>;
}

/** Private servers for one run, with their ordinary settings: PostgreSQL with fsync and synchronous_commit on. */
export class BenchServers {
  private constructor(
    private readonly running: RunningServices<Name>,
    private readonly names: readonly Name[],
  ) {}

  static async start(need: readonly Name[], progress: (line: string) => void): Promise<BenchServers> {
    return new BenchServers(await startServices({ need, progress }), need);
  }

  stop(): Promise<void> {
    return this.running.stop();
  }

  /** Pids of these servers, or undefined when one is not a process that we see: then nobody's CPU can be compared. */
  pids(names: readonly Name[]): number[] | undefined {
    const pids = names.map((name) => this.running.servers[name].pid);
    return pids.every((pid) => pid !== undefined) ? pids : undefined;
  }

  get redisUrl(): string {
    return this.running.servers.redis.address.url;
  }

  /** An empty database; the URL is the owner's. */
  async freshDatabase(): Promise<Scratch> {
    const name = `bench_${randomBytes(6).toString('hex')}`;
    const { url } = this.running.servers.postgres.address;
    // What earlier turns left to be written must not be written during this one.
    await onServer(url, 'checkpoint');
    await onServer(url, `create database "${name}"`);
    const own = new URL(url);
    own.pathname = `/${name}`;
    return {
      url: own.href,
      drop: async () => void (await onServer(url, `drop database if exists "${name}" with (force)`)),
    };
  }

  async freshVhost(): Promise<Scratch> {
    const name = `bench-${randomBytes(6).toString('hex')}`;
    const { address } = this.running.servers.rabbitmq;
    return { url: await createVhost(address, name), drop: () => deleteVhost(address, name) };
  }

  /** As PostgreSQL, RabbitMQ and Redis name themselves. */
  async versions(): Promise<string[]> {
    return Promise.all(this.names.map((name) => this.versionOf(name)));
  }

  private async versionOf(name: Name): Promise<string> {
    const { servers } = this.running;
    if (name === 'postgres') return `PostgreSQL ${await onServer(servers.postgres.address.url, 'show server_version')}`;
    if (name === 'rabbitmq') return `RabbitMQ ${(await rabbitCtl(servers.rabbitmq.address, ['version'])).trim()}`;
    const redis = new Redis(this.redisUrl);
    try {
      return `Redis ${/redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'of unknown version'}`;
    } finally {
      redis.disconnect();
    }
  }
}

/** Answers the first column of the first row. */
async function onServer(url: string, sql: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, query_timeout: 120_000 });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return String(rows?.[0]?.[0] ?? '');
  } finally {
    await client.end();
  }
}
