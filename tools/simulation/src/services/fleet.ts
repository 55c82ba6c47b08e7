import { createInProcessHub, type InProcessHub } from '@windlass/broker';
import type { FileStore } from '@windlass/files';
import type { SinkLine } from '@windlass/proof';
import type { Logger } from '@windlass/service-kit';
import { WiredBroker } from '../broker/wired-broker.js';
import { StatementGate } from '../database/statement-gate.js';
import type { Weather } from '../faults/weather.js';
import { Instance } from '../world/instance.js';
import { InstanceRuntime } from '../world/instance-runtime.js';
import type { World } from '../world/world.js';
import { type Booted, bootService, type HttpAnswer, type HttpCall } from './boot-service.js';
import { createMemoryFiles } from './memory-files.js';
import type { Stage } from './stage.js';

export interface FleetOptions {
  stage: Stage;
  world: World;
  leaseMs: number;
  leaderTtlMs: number;
  /** Hears of each message that was lost or late. */
  onHit: (what: string, target: string, forMs: number) => void;
  mangle?: (text: string) => string;
  onLog?: (line: string) => void;
}

/** One name's present life. */
interface Life {
  instance: Instance;
  broker: WiredBroker;
  booted: Booted | undefined;
  stopping: boolean;
  /** Wanted again while it still stops. */
  again: boolean;
}

/** What a supervisor waits before it starts a service again that has ended. */
const RESTART_MS = 300;

/** All instances of a seed, with what they share: broker, storage, sink. Starts, kills and stops them as a supervisor and an operator would. */
export class Fleet {
  readonly sink: SinkLine[] = [];
  readonly hub: InProcessHub;
  readonly gate: StatementGate;
  weather: Weather;
  private readonly files: FileStore = createMemoryFiles();
  private readonly lives = new Map<string, Life>();
  private readonly counts = new Map<string, number>();
  private readonly scratch: string;
  private readonly offsets = new Map<string, number>();

  constructor(
    private readonly options: FleetOptions,
    weather: Weather,
  ) {
    const { stage, world, leaseMs, mangle } = options;
    this.weather = weather;
    this.hub = createInProcessHub({ runtime: new InstanceRuntime(world, undefined) });
    this.gate = new StatementGate({
      ...{ world, leaseMs, database: stage.database },
      weather: () => this.weather,
      ...(mangle ? { mangle } : {}),
    });
    this.scratch = stage.freshScratch();
  }

  get names(): string[] {
    return [...this.lives.keys()];
  }

  instance(name: string): Instance | undefined {
    return this.lives.get(name)?.instance;
  }

  start(name: string): void {
    const { world, stage, leaseMs, leaderTtlMs } = this.options;
    const before = this.lives.get(name);
    if (before?.instance.alive) {
      before.again = before.stopping;
      return;
    }
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    const instance = new Instance(name, count);
    instance.clockOffsetMs = this.offsets.get(name) ?? 0;
    const weather = () => this.weather;
    const broker = new WiredBroker({ world, weather, hub: this.hub, onHit: this.options.onHit }, instance);
    const life: Life = { instance, broker, booted: undefined, stopping: false, again: false };
    this.lives.set(name, life);
    const database = stage.databases.get(name)?.enter(instance, this.gate);
    const ports = { broker, database, files: this.files, sink: this.sink, scratch: this.scratch, leaseMs, leaderTtlMs };
    const runtime = new InstanceRuntime(world, instance);
    bootService(name, stage, { ...ports, runtime, logger: this.loggerOf(instance) }).then(
      (booted) => {
        life.booted = booted;
      },
      (error: unknown) => {
        this.options.onLog?.(`${name} did not start: ${String(error)}`);
        if (!instance.alive) return;
        this.end(life);
        world.after(RESTART_MS, `restart ${name}`, () => this.start(name));
      },
    );
  }

  kill(name: string): void {
    const life = this.lives.get(name);
    if (life?.instance.alive) this.end(life);
  }

  /** As by a signal: it ends what it can, and is gone. */
  stop(name: string): void {
    const life = this.lives.get(name);
    if (!life?.booted || !life.instance.alive || life.stopping) return;
    life.stopping = true;
    const gone = () => {
      if (!life.instance.alive) return;
      this.end(life);
      if (life.again) this.options.world.after(RESTART_MS, `restart ${name}`, () => this.start(name));
    };
    life.booted.stop().then(gone, gone);
  }

  pause(name: string): void {
    this.lives.get(name)?.instance.pause();
  }

  resume(name: string): void {
    const instance = this.lives.get(name)?.instance;
    if (instance?.paused) this.options.world.release(instance.resume());
  }

  sever(name: string): void {
    this.lives.get(name)?.broker.sever();
  }

  restore(name: string): void {
    const life = this.lives.get(name);
    if (life?.instance.alive) life.broker.restore();
  }

  setClock(name: string, offsetMs: number): void {
    this.offsets.set(name, offsetMs);
    const instance = this.lives.get(name)?.instance;
    if (instance) instance.clockOffsetMs = offsetMs;
  }

  /** Of a client, through one gateway. Nothing: nobody answered. */
  async call(name: string, call: HttpCall): Promise<HttpAnswer | undefined> {
    const { world } = this.options;
    const life = this.lives.get(name);
    if (!life?.instance.alive || !life.booted?.call) return undefined;
    const { booted, instance } = life;
    return new Promise((resolve) => {
      instance.onDeath(() => resolve(undefined));
      const ask = () =>
        booted.call!(call).then(
          (answer) => world.after(world.travelMs(), `http ${answer.status}`, () => instance.alive && resolve(answer)),
          () => resolve(undefined),
        );
      world.after(world.travelMs(), `http ${call.method} ${call.url}`, () => void ask(), instance);
    });
  }

  async close(): Promise<void> {
    for (const life of this.lives.values()) if (life.instance.alive) this.end(life);
    for (const database of this.options.stage.databases.values()) database.leave();
    await this.gate.close();
  }

  private end({ instance }: Life): void {
    instance.kill();
    this.gate.cut(instance);
  }

  private loggerOf(instance: Instance): Logger {
    const { onLog, world } = this.options;
    const write = (level: string) => (fields: object, message: string) => {
      onLog?.(
        `${world.elapsedMs.toFixed(3)} ${instance.name}.${instance.life} [${level}] ${message} ${describe(fields)}`,
      );
    };
    const silent = () => undefined;
    const levels = onLog
      ? { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
      : { debug: silent, info: silent, warn: silent, error: silent };
    const logger: Logger = { ...levels, child: () => logger };
    return logger;
  }
}

function describe(fields: object): string {
  const { error, ...rest } = fields as { error?: unknown };
  const cause =
    error instanceof Error
      ? ` ${error.stack ?? error.message} ${String((error as { cause?: unknown }).cause ?? '')}`
      : '';
  return `${JSON.stringify(rest)}${cause}`;
}
