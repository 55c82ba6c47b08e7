import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '@windlass/store';
import { mintToken } from '@windlass/testing';
import { DISPATCH_VARIABLE } from '../bench.config.js';
import type { Target } from '../load/target.js';
import { freePort } from '../process/free-port.js';
import { SpawnedProcess, untilTrue } from '../process/spawn-process.js';
import type { BenchServers } from '../servers/bench-servers.js';
import type { ResultStore, Stages, System } from './system.js';
import { WindlassStore } from './windlass-store.js';

export interface WindlassForm {
  name: string;
  /** App of `apps/` and the role that it plays, in the order of their start. */
  processes: { app: string; role: string; env?: Record<string, string> }[];
  /** Changed figures of the hand-over, for a variant. */
  dispatch?: Record<string, number>;
}

const ISSUER = 'windlass-bench';
const AUDIENCE = 'windlass';

/** Windlass as an operator runs it: the built services as processes of their own, told what to do by their environment only. */
export class Windlass implements System {
  readonly name: string;
  private readonly running: SpawnedProcess[] = [];
  private readonly closing: (() => Promise<void>)[] = [];
  private openStore: WindlassStore | undefined;
  private openTarget: Target | undefined;

  constructor(
    private readonly form: WindlassForm,
    private readonly servers: BenchServers,
    private readonly directory: string,
  ) {
    this.name = form.name;
  }

  async start(): Promise<void> {
    const database = await this.servers.freshDatabase();
    this.closing.push(() => database.drop());
    const vhost = await this.servers.freshVhost();
    this.closing.push(() => vhost.drop());
    const urls = roleUrls(database.url);
    await migrate({ ownerUrl: database.url, ...urls });
    const store = await WindlassStore.open(database.url);
    this.openStore = store;
    this.closing.push(() => store.close());

    const port = await freePort();
    const secret = randomBytes(48).toString('base64url');
    const env = this.environment(vhost.url, urls, port, secret);
    for (const { app, role, env: extra } of this.form.processes) {
      const file = fileURLToPath(new URL(`../../../../apps/${app}/dist/main.js`, import.meta.url));
      this.running.push(
        new SpawnedProcess({
          role,
          file,
          nodeOptions: this.preload(),
          env: { ...env, ...extra },
          directory: this.directory,
        }),
      );
    }
    this.openTarget = await targetAt(port, secret);
    await this.untilReady();
  }

  async stop(): Promise<void> {
    for (const each of this.running.splice(0).reverse()) await each.stop();
    for (const close of this.closing.splice(0).reverse()) await close();
  }

  get target(): Target {
    return this.openTarget!;
  }

  get store(): ResultStore {
    return this.openStore!;
  }

  processes(): { role: string; pid: number }[] {
    return this.running.map(({ role, pid }) => ({ role, pid }));
  }

  serverPids(): number[] | undefined {
    return this.servers.pids(['postgres', 'rabbitmq']);
  }

  stages(jobs: number): Promise<Stages> {
    return this.openStore!.stages(jobs);
  }

  private preload(): string[] {
    if (!this.form.dispatch) return [];
    return ['--import', new URL('./change-dispatch.preload.js', import.meta.url).href];
  }

  private environment(
    rabbitmqUrl: string,
    { engineUrl, readerUrl }: ReturnType<typeof roleUrls>,
    port: number,
    secret: string,
  ): Record<string, string> {
    return {
      RABBITMQ_URL: rabbitmqUrl,
      DATABASE_URL: engineUrl,
      DATABASE_READER_URL: readerUrl,
      HOST: '127.0.0.1',
      PORT: String(port),
      HEALTH_PORT: '0',
      JWT_SECRET: secret,
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      FILES_DRIVER: 'directory',
      FILES_DIRECTORY: join(this.directory, 'files'),
      SCRATCH_DIRECTORY: join(this.directory, 'scratch'),
      JOB_TYPES: 'hash',
      MACHINE: 'bench',
      [DISPATCH_VARIABLE]: JSON.stringify(this.form.dispatch ?? {}),
    };
  }

  /** Ready is when the gateway says so and the worker has announced the type: a job submitted now runs. */
  private async untilReady(): Promise<void> {
    const { host, port, headers } = this.target;
    const get = (path: string) =>
      fetch(`http://${host}:${port}${path}`, { headers, signal: AbortSignal.timeout(3_000) });
    await untilTrue(this.running, 'readiness', async () => (await get('/health/ready')).status === 200);
    await untilTrue(this.running, 'the announcement of the type hash', async () => {
      const types = (await (await get('/v1/job-types')).json()) as { items?: { name: string }[] };
      return types.items?.some(({ name }) => name === 'hash') ?? false;
    });
  }
}

function roleUrls(ownerUrl: string): { engineUrl: string; readerUrl: string } {
  const as = (role: string) => {
    const url = new URL(ownerUrl);
    url.username = role;
    url.password = randomBytes(18).toString('hex');
    return url.href;
  };
  return { engineUrl: as('windlass_engine'), readerUrl: as('windlass_reader') };
}

async function targetAt(port: number, secret: string): Promise<Target> {
  const token = await mintToken({ secret, issuer: ISSUER, audience: AUDIENCE }, { tenant: 'bench' });
  return {
    host: '127.0.0.1',
    port,
    path: '/v1/jobs',
    headers: { authorization: `Bearer ${token}` },
    before: '{"type":"hash","payload":{"example":"data","n":',
    after: '}}',
  };
}
