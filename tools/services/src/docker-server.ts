import { connect } from 'node:net';
import { type ContainerImage, IMAGES } from './docker-images.js';
import { secret } from './instance.js';
import { pickPorts } from './pick-port.js';
import { waitUntil } from './process-group.js';
import type { Progress } from './programs/progress.js';
import { runCommand } from './run-command.js';
import type { AddressOf, ServerHandle, ServiceName } from './service-types.js';
import { childEnvironment } from './services.config.js';

const PULL_MS = 10 * 60_000;
const START_MS = 120_000;

const docker = (args: string[], timeoutMs = 60_000) =>
  runCommand('docker', args, { env: childEnvironment({}), timeoutMs }).then((out) => out.trim());

/** True when an engine answers; a client without an engine does not count. */
export async function dockerAnswers(): Promise<boolean> {
  const version = await docker(['version', '--format', '{{.Server.Version}}'], 5000).catch(() => '');
  return /^\d/.test(version);
}

/** A server in a container of its own, published on 127.0.0.1 only. */
export class ContainerServer<N extends ServiceName> implements ServerHandle<N> {
  readonly origin = 'docker';
  readonly pid = undefined;
  private id = '';
  private alive = false;

  private constructor(
    readonly name: N,
    readonly address: AddressOf[N],
    private readonly image: ContainerImage,
    private readonly port: number,
    private readonly password: string,
  ) {}

  static async start<N extends ServiceName>(name: N): Promise<ContainerServer<N>> {
    const image = IMAGES[name];
    const [port] = await pickPorts(1);
    const password = secret();
    const address = image.address(port!, password) as AddressOf[N];
    const server = new ContainerServer(name, address, image, port!, password);
    await server.create();
    return server;
  }

  isRunning(): boolean {
    return this.alive;
  }

  async stop(): Promise<void> {
    await docker(['stop', this.id]);
    this.alive = false;
  }

  async kill(): Promise<void> {
    await docker(['kill', this.id]);
    this.alive = false;
  }

  async pause(): Promise<void> {
    await docker(['pause', this.id]);
  }

  async resume(): Promise<void> {
    await docker(['unpause', this.id]);
  }

  async restart(): Promise<void> {
    await docker(['restart', this.id]);
    await this.untilAnswering();
  }

  async wipe(): Promise<void> {
    await this.remove();
    await this.create();
  }

  /** Ends the container and deletes it with its data. */
  async remove(): Promise<void> {
    this.alive = false;
    await docker(['rm', '--force', '--volumes', this.id]);
  }

  private async create(): Promise<void> {
    const { image, entrypoint, args, env, containerPort } = this.image.run(this.password);
    const options = [
      '--detach',
      '--publish',
      `127.0.0.1:${this.port}:${containerPort}`,
      '--label',
      'windlass.services',
    ];
    if (entrypoint) options.push('--entrypoint', entrypoint);
    for (const [key, value] of Object.entries(env)) options.push('--env', `${key}=${value}`);
    this.id = await docker(['run', ...options, image, ...args], PULL_MS);
    if (this.name === 'rabbitmq' || this.name === 'rabbitmq4') {
      const ctl = { file: 'docker', args: ['exec', this.id, 'rabbitmqctl'], env: childEnvironment({}) };
      Object.assign(this.address, { ctl });
    }
    await this.untilAnswering().catch(async (error) => {
      await this.remove();
      throw error;
    });
  }

  private async untilAnswering(): Promise<void> {
    const ready = () => docker(['exec', this.id, ...this.image.probe(this.password)]).then(() => accepts(this.port));
    if (!(await waitUntil(() => ready().catch(() => false), START_MS, 500))) {
      throw new Error(`the ${this.name} container did not answer within ${START_MS} ms`);
    }
    this.alive = true;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}

/** undefined when the engine cannot run it (an image that cannot be pulled, say): then packages are tried. */
export async function startContainer<N extends ServiceName>(
  name: N,
  progress: Progress,
): Promise<ContainerServer<N> | undefined> {
  try {
    return await ContainerServer.start(name);
  } catch (error) {
    progress(`${name}: Docker could not run it (${(error as Error).message}), trying Debian packages`);
    return undefined;
  }
}
