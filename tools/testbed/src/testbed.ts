import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { WindlassClient } from '@windlass/client';
import { pickPorts } from '@windlass/services';
import { migrate } from '@windlass/store';
import { mintToken, type TokenIssuer, waitFor } from '@windlass/testing';
import { type Ground, layGround, type OwnServers } from './ground.js';
import { type Instance, instancesOf, type ServiceName, serviceOf } from './instances.js';
import { Links } from './links.js';
import { environmentOf, type PlatformSettings } from './service-env.js';
import { type Members, ServiceProcess } from './service-process.js';

export interface TestbedOptions {
  /** Servers of one's own, which may be killed; else a part of those that the test run shares. */
  servers?: OwnServers;
  counts?: Partial<Record<ServiceName, number>>;
  leaseMs?: number;
  leaderTtlMs?: number;
  /** Further settings of all instances of a service, or of one. The more special wins. */
  env?: Partial<Record<ServiceName | Instance, Record<string, string>>>;
}

const TENANT = 'acme';

/** The platform as it is deployed: every service a process, on real servers, each process and each of its links within reach of a fault. */
export class Testbed {
  private readonly processes = new Map<Instance, ServiceProcess>();
  private readonly urls = new Map<Instance, string>();
  /** Processes that others have taken the place of. */
  private readonly earlier: [Instance, ServiceProcess][] = [];
  private readonly starting = new Set<Promise<void>>();
  private readonly closing = new AbortController();
  readonly instances: readonly Instance[];

  private constructor(
    readonly ground: Ground,
    readonly links: Links,
    readonly token: string,
    private readonly settings: PlatformSettings,
    private readonly options: TestbedOptions,
  ) {
    this.instances = instancesOf(countsOf(options));
  }

  /** Lays the ground and migrates it; nothing runs yet. */
  static async open(options: TestbedOptions = {}): Promise<Testbed> {
    const ground = await layGround(options.servers);
    await migrate(ground.database.urls);
    const links = await Links.open(ground, instancesOf(countsOf(options)));
    const secret = randomBytes(48).toString('base64url');
    const leaseMs = options.leaseMs ?? 4_000;
    const settings = { leaseMs, leaderTtlMs: options.leaderTtlMs ?? Math.max(1_000, leaseMs / 2), secret };
    return new Testbed(ground, links, await mintToken(issuerOf(secret), { tenant: TENANT }), settings, options);
  }

  get leaseMs(): number {
    return this.settings.leaseMs;
  }
  get leaderTtlMs(): number {
    return this.settings.leaderTtlMs;
  }

  /** A token with these scopes. */
  tokenFor(tenant: string, scope = 'admin'): Promise<string> {
    return mintToken(issuerOf(this.settings.secret), { tenant, scope });
  }

  /** A client of one gateway. */
  client(gateway: Instance = 'gateway-1', token = this.token): WindlassClient {
    return new WindlassClient({ url: this.urlOf(gateway), token });
  }

  /** Where an instance answers over HTTP: a gateway's API, any other's health. It keeps its port over restarts. */
  urlOf(name: Instance): string {
    const url = this.urls.get(name);
    if (!url) throw new Error(`${name} has not been started`);
    return url;
  }

  /** The process as it was started last. */
  process(name: Instance): ServiceProcess {
    const found = this.processes.get(name);
    if (!found) throw new Error(`${name} has not been started`);
    return found;
  }

  isRunning(name: Instance): boolean {
    return this.processes.get(name)?.ended === false;
  }

  /** Starts an instance and waits until it is up. `env`: for this one start, a wrong clock for one. */
  start(name: Instance, env: Record<string, string> = {}): Promise<void> {
    const started = this.startProcess(name, env);
    this.starting.add(started);
    return started.finally(() => this.starting.delete(started));
  }

  private async startProcess(name: Instance, env: Record<string, string>): Promise<void> {
    this.closing.signal.throwIfAborted();
    const service = serviceOf(name);
    const port = this.urls.has(name) ? new URL(this.urlOf(name)).port : String((await pickPorts(1))[0]);
    const own = environmentOf(name, this.ground, this.links, this.settings);
    const { env: more = {} } = this.options;
    const all = {
      ...own,
      [service === 'gateway' ? 'PORT' : 'HEALTH_PORT']: port,
      ...more[service],
      ...more[name],
      ...env,
    };
    const main = fileURLToPath(new URL(`../../../apps/${service}/dist/main.js`, import.meta.url));
    this.urls.set(name, `http://127.0.0.1:${port}`);
    const started = await ServiceProcess.start(service, main, all, this.closing.signal);
    const before = this.processes.get(name);
    if (before) this.earlier.push([name, before]);
    this.processes.set(name, started.process);
  }

  /** Starts all instances, core first, and waits until the gateways are ready and the types of the workers are known. */
  async startAll(types: readonly string[] = []): Promise<void> {
    const isCore = (name: Instance) => serviceOf(name) === 'core-api';
    await startTogether(this.instances.filter(isCore), (name) => this.start(name));
    await startTogether(
      this.instances.filter((name) => !isCore(name)),
      (name) => this.start(name),
    );
    for (const name of this.instances.filter((each) => serviceOf(each) === 'gateway')) {
      await waitFor(() => this.ready(name), { what: `${name} to be ready`, timeoutMs: 30_000 });
    }
    await waitFor(
      async () => {
        const live = (await this.client().jobTypes()).filter((type) => type.live).map((type) => type.name);
        return types.every((type) => live.includes(type));
      },
      { what: `the types ${types.join(', ')}`, timeoutMs: 30_000 },
    );
  }

  async ready(name: Instance): Promise<boolean> {
    const response = await fetch(`${this.urlOf(name)}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    return response?.status === 200;
  }

  /** Ends an instance's process; what it forked ends by itself or is orphaned, as after a real death. */
  async kill(name: Instance, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.processes.get(name)?.end(signal);
  }

  /** SIGSTOP, SIGCONT, SIGKILL … to some of an instance's processes; returns their pids. */
  signal(name: Instance, signal: NodeJS.Signals, members: Members = 'all'): Promise<number[]> {
    return this.process(name).signal(signal, members);
  }

  outputOf(name: Instance): string {
    return this.processes.get(name)?.output ?? '';
  }

  /** What all processes of an instance have printed, one after the other. */
  wholeOutputOf(name: Instance): string {
    const before = this.earlier.filter(([each]) => each === name).map(([, process]) => process.output);
    return [...before, this.outputOf(name)].join('\n');
  }

  /** Ends that nobody here asked for: of itself, or not in order when it was to end so. How, and the end of what it printed. */
  unaskedEnds(): { name: Instance; how: string; output: string }[] {
    return [...this.earlier, ...this.processes].flatMap(([name, { faultyEnd: how, output }]) =>
      how === undefined ? [] : [{ name, how, output: output.slice(-2_000) }],
    );
  }

  /** Stops everything in the order of the river and drops the ground. What is still being started is killed, and nothing starts any more. */
  async close(): Promise<void> {
    this.closing.abort(new Error('the testbed is closed'));
    await Promise.allSettled(this.starting);
    const order: ServiceName[] = ['gateway', 'worker', 'scheduler', 'core-api'];
    for (const service of order) {
      const own = this.instances.filter((each) => serviceOf(each) === service);
      await Promise.all(own.map((name) => this.kill(name, 'SIGTERM')));
    }
    await this.links.close();
    await this.ground.drop();
  }
}

/** Waits for all, so that nothing is still being started when the first failure is told. */
async function startTogether(names: readonly Instance[], start: (name: Instance) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(names.map(start));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
}

function countsOf(options: TestbedOptions): Record<ServiceName, number> {
  return { 'core-api': 1, scheduler: 1, worker: 1, gateway: 1, ...options.counts };
}

function issuerOf(secret: string): TokenIssuer {
  return { secret, issuer: 'windlass', audience: 'windlass' };
}
