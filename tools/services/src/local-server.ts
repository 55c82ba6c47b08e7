import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { account, type Instance, type ServiceKind } from './instance.js';
import {
  identify,
  isAlive,
  killFamily,
  type ProcessIdentity,
  pauseFamily,
  resumeFamily,
  signalLeader,
  waitUntil,
} from './process-group.js';
import type { AddressOf, Origin, ServerHandle, ServiceName } from './service-types.js';
import { childEnvironment } from './services.config.js';

/** An orderly stop that takes longer than this is a hang, and the group is killed. */
const STOP_MS = 20_000;

/** A server that runs as a process group of its own on this machine; the group outlives us unless it is stopped. */
export class LocalServer<N extends ServiceName> implements ServerHandle<N> {
  readonly name: N;
  readonly origin: Origin;
  readonly address: AddressOf[N];

  constructor(
    readonly kind: ServiceKind<N>,
    readonly instance: Instance,
    /** Told of every new process, so that another run can find it again. */
    private readonly onProcess: (identity: ProcessIdentity) => void,
    private identity?: ProcessIdentity,
  ) {
    this.name = kind.name;
    this.origin = instance.programs.origin;
    this.address = kind.address(instance);
  }

  get pid(): number | undefined {
    return this.identity?.pid;
  }

  isRunning(): boolean {
    return this.identity !== undefined && isAlive(this.identity);
  }

  /** Launches the process group; resolves when the server answers. */
  async start(): Promise<void> {
    await this.kind.prepare(this.instance);
    const { file, args, env } = this.kind.launch(this.instance);
    const log = openSync(this.logFile, 'a', 0o600);
    const child = spawn(file, args, {
      cwd: this.instance.dir,
      env: childEnvironment(env),
      detached: true, // a session of its own: it survives the shell and is signalled as a group
      stdio: ['ignore', log, log],
      ...account,
    });
    closeSync(log);
    const failure = new Promise<never>((_, reject) => child.once('error', reject));
    failure.catch(() => {});
    child.unref();
    this.identity = child.pid === undefined ? undefined : identify(child.pid);
    if (this.identity) this.onProcess(this.identity);
    await Promise.race([this.untilAnswering(), failure]);
  }

  async stop(): Promise<void> {
    const { identity } = this;
    if (!identity) return;
    resumeFamily(identity); // a paused server cannot stop in order
    signalLeader(identity, this.kind.stopSignal);
    await waitUntil(() => !isAlive(identity), STOP_MS);
    await killFamily(identity); // what the leader left behind, epmd for one
    this.identity = undefined;
  }

  async kill(): Promise<void> {
    if (this.identity) await killFamily(this.identity);
    this.identity = undefined;
  }

  pause(): Promise<void> {
    return Promise.resolve(pauseFamily(this.running()));
  }

  resume(): Promise<void> {
    return Promise.resolve(resumeFamily(this.running()));
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async wipe(): Promise<void> {
    await this.kill();
    rmSync(join(this.instance.dir, 'data'), { recursive: true, force: true });
    await this.start();
  }

  private get logFile(): string {
    return join(this.instance.dir, 'server.log');
  }

  private running(): ProcessIdentity {
    if (!this.identity || !this.isRunning()) throw new Error(`${this.name} does not run`);
    return this.identity;
  }

  private async untilAnswering(): Promise<void> {
    const answered = await waitUntil(
      async () => !this.isRunning() || (await this.kind.answers(this.instance)),
      this.kind.startMs,
      50,
    );
    if (answered && this.isRunning()) return;
    const why = this.isRunning() ? `did not answer within ${this.kind.startMs} ms` : 'ended while starting';
    const tail = existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8').slice(-2000) : '';
    await this.kill();
    throw new Error(`${this.name} ${why}. Its log (${this.logFile}) ends with:\n${tail}`);
  }
}
