import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { WindlassClient } from '@windlass/client';
import { createFileStore, type FileStore } from '@windlass/files';
import { migrate } from '@windlass/store';
import { type FreshVhost, freshBucket, freshDatabase, freshVhost, TcpProxy, waitFor } from '@windlass/testing';
import { mintToken } from '../dev/dev-secrets.js';

export type ServiceName = 'gateway' | 'core-api' | 'scheduler' | 'worker';
/** A process: the first of a service has its name, further ones a number behind it. */
export type Instance = ServiceName | `${ServiceName}-${number}`;

export const LEASE_MS = 4_000;

/** The four services as real processes on PostgreSQL, RabbitMQ and S3, each reached through a proxy that can cut it off. */
export class Tiers {
  readonly processes = new Map<Instance, ChildProcess>();
  private readonly healthUrls = new Map<Instance, string>();
  private readonly output = new Map<Instance, string>();
  url = '';

  private constructor(
    private readonly env: Record<string, string>,
    readonly database: TcpProxy,
    readonly broker: TcpProxy,
    readonly token: string,
    readonly vhost: FreshVhost,
    private readonly files: FileStore,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(worker: Record<string, string>): Promise<Tiers> {
    const [pg, mq, bucket] = await Promise.all([freshDatabase(), freshVhost('rabbitmq'), freshBucket()]);
    const [database, broker] = await Promise.all([proxyFor(pg.url), proxyFor(mq.url)]);
    const through = (url: string) =>
      Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(database.port) }).href;
    await migrate(pg.urls);
    const secret = randomBytes(48).toString('base64url');
    const token = await mintToken(secret, {
      subject: 'test',
      tenant: 'acme',
      scope: 'admin',
      issuer: 'windlass',
      audience: 'windlass',
      lifeSeconds: 3600,
    });
    const env = {
      ...worker,
      LOG_LEVEL: 'warn',
      LEASE_MS: String(LEASE_MS),
      LEADER_TTL_MS: '2000',
      HEALTH_HOST: '127.0.0.1',
      HOST: '127.0.0.1',
      DATABASE_URL: through(pg.urls.engineUrl),
      DATABASE_READER_URL: through(pg.urls.readerUrl),
      RABBITMQ_URL: Object.assign(new URL(mq.url), { hostname: '127.0.0.1', port: String(broker.port) }).href,
      JWT_SECRET: secret,
      FILES_DRIVER: 's3',
      S3_ENDPOINT: bucket.endpoint,
      S3_PUBLIC_ENDPOINT: bucket.endpoint,
      S3_REGION: bucket.region,
      S3_BUCKET: bucket.bucket,
      S3_ACCESS_KEY_ID: bucket.accessKeyId,
      S3_SECRET_ACCESS_KEY: bucket.secretAccessKey,
    };
    const files = await createFileStore({
      driver: 's3',
      endpoint: bucket.endpoint,
      region: bucket.region,
      bucket: bucket.bucket,
      accessKeyId: bucket.accessKeyId,
      secretAccessKey: bucket.secretAccessKey,
      forcePathStyle: true,
    });
    return new Tiers(env, database, broker, token, mq, files, async () => {
      await files.close();
      await Promise.all([database.close(), broker.close()]);
      await Promise.all([pg.drop(), mq.drop(), bucket.drop()]);
    });
  }

  /** Keys in the bucket below a prefix. */
  objects(prefix: string): Promise<string[]> {
    return this.files.list(prefix, { limit: 1_000 });
  }

  get client(): WindlassClient {
    return new WindlassClient({ url: this.url, token: this.token });
  }

  /** Starts a service and waits until it says that it is up. A gateway comes back on the port it had. */
  async start(name: Instance): Promise<void> {
    const service = name.replace(/-\d+$/, '') as ServiceName;
    const port = name === 'gateway' && this.url ? new URL(this.url).port : '0';
    const health = this.healthUrls.get(name);
    const main = fileURLToPath(new URL(`../../../${service}/dist/main.js`, import.meta.url));
    const child = spawn(process.execPath, [main], {
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        ...this.env,
        PORT: port,
        HEALTH_PORT: health ? new URL(health).port : await freePort(),
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.processes.set(name, child);
    this.output.set(name, '');
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) =>
        this.output.set(name, ((this.output.get(name) ?? '') + chunk.toString()).slice(-20_000)),
      );
    }
    const url = await waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(`${name} ended: ${this.output.get(name)}`);
        const line = (this.output.get(name) ?? '').split('\n').find((each) => each.includes(`"${service} is up"`));
        return line ? ((JSON.parse(line) as { url?: string }).url ?? '-') : undefined;
      },
      { what: `${name} to start`, timeoutMs: 60_000 },
    );
    if (name === 'gateway') this.url = url;
    this.healthUrls.set(name, url);
  }

  async ready(name: Instance): Promise<boolean> {
    const response = await fetch(`${this.healthUrls.get(name)}/health/ready`).catch(() => undefined);
    return response?.status === 200;
  }

  async kill(name: Instance, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.processes.get(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  outputOf(name: Instance): string {
    return this.output.get(name) ?? '';
  }

  async close(): Promise<void> {
    const order = ['gateway', 'worker', 'scheduler', 'core-api'];
    const rank = (name: Instance) => order.findIndex((service) => name.startsWith(service));
    for (const name of [...this.processes.keys()].sort((a, b) => rank(a) - rank(b))) await this.kill(name, 'SIGTERM');
    await this.drop();
  }
}

function proxyFor(address: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(address);
  return TcpProxy.open({ host: hostname, port: Number(port || 5432) });
}

async function freePort(): Promise<string> {
  const probe = await TcpProxy.open({ host: '127.0.0.1', port: 1 });
  const { port } = probe;
  await probe.close();
  return String(port);
}
