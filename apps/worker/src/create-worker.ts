import { createRequire } from 'node:module';
import { RPC, type WorkerPresence } from '@windlass/contracts';
import { messageOf } from '@windlass/faults';
import { loadHandlers } from '@windlass/handler-kit/runner';
import {
  ConfigFault,
  createHealthServer,
  type HealthServer,
  RpcClient,
  type RunningService,
} from '@windlass/service-kit';
import { type AnnounceReply, Announcer } from './announce/announce-worker.js';
import { chooseJobTypes, type WorkerType } from './announce/choose-job-types.js';
import { declareTypes, presenceOf } from './announce/declare-types.js';
import { Beats } from './beat/beat-worker.js';
import { BUILT_IN_HANDLERS } from './built-in-handlers.js';
import { Cancellations } from './cancel/hear-cancellations.js';
import { JobLane } from './claim/job-lane.js';
import { handlerEnvironment } from './config/handler-environment.config.js';
import { searchPath } from './config/search-path.config.js';
import type { WorkerConfig } from './config/worker.config.js';
import { drainWorker } from './drain/drain-worker.js';
import { HeldAttempts } from './execute/held-attempts.js';
import { RunnerPool } from './execute/runner-pool.js';
import { scratchRoot } from './execute/scratch-root.js';
import { AttemptFiles } from './execute/serve-file-request.js';
import { workerHealthChecks } from './health/check-health.js';
import { Reports } from './report/report-outcomes.js';
import { LogShipping } from './report/ship-logs.js';
import { LargeResults } from './report/store-result.js';
import { GarbageCollector } from './retain/collect-garbage.js';
import { AttemptRun, type Stages } from './run-attempt.js';
import type { WorkerContext, WorkerPorts } from './worker-context.js';

const { version: VERSION } = createRequire(import.meta.url)('../package.json') as { version: string };
/** What the end of a drain needs beyond its timeout: see drain-worker.ts. */
const DRAIN_MARGIN_MS = 5_000;
/** A call whose own timeout is not given. */
const RPC_TIMEOUT_MS = 5_000;
/** Results that core has not taken yet: with more, the worker stops claiming rather than grow. */
const MAX_UNREPORTED_BYTES = 64 * 1024 * 1024;

export interface RunningWorker extends RunningService {
  /** Resolves when core knows this worker's types: jobs of them are accepted from then on. */
  readonly announced: Promise<void>;
}

/**
 * Starts a worker. Resolves once it runs; it works as soon as core has answered its announcement, however long that takes.
 * The ports stay open at `stop()`: they are the caller's.
 * @throws ConfigFault, HandlerLoadError
 */
export async function createWorker(config: WorkerConfig, ports: WorkerPorts): Promise<RunningWorker> {
  const context: WorkerContext = {
    ...ports,
    core: new RpcClient(ports.broker, RPC.coreForWorker, { timeoutMs: RPC_TIMEOUT_MS }),
    worker: config.workerName ?? `${config.machine}-${process.pid}`.slice(-128),
    machine: config.machine.slice(0, 255),
    incarnation: ports.runtime.uuid(),
  };
  const types = await loadTypes(config, context);
  return new Worker(config, context, types).start();
}

async function loadTypes(config: WorkerConfig, { logger }: WorkerContext): Promise<WorkerType[]> {
  if (config.drainTimeoutMs + DRAIN_MARGIN_MS > config.shutdownTimeoutMs) {
    throw new ConfigFault([`DRAIN_TIMEOUT_MS: must be at least ${DRAIN_MARGIN_MS} ms less than SHUTDOWN_TIMEOUT_MS`]);
  }
  const handlers = await loadHandlers([...BUILT_IN_HANDLERS, ...config.handlers], { baseDir: process.cwd() });
  return chooseJobTypes(handlers, {
    patterns: config.jobTypes,
    slots: config.slots,
    searchPath: searchPath(),
    warn: (fields, message) => logger.warn(fields, message),
  });
}

class Worker implements RunningWorker {
  readonly name = 'worker';
  readonly announced: Promise<void>;
  private readonly lanes: JobLane[];
  private readonly run: AttemptRun;
  private readonly stages: Stages;
  private readonly announcer: Announcer;
  private readonly collector: GarbageCollector;
  private readonly gone = new AbortController();
  private health: HealthServer | undefined;
  private stopping: Promise<void> | undefined;
  private forgetBroker: () => void = () => undefined;

  constructor(
    private readonly config: WorkerConfig,
    private readonly context: WorkerContext,
    private readonly types: WorkerType[],
  ) {
    const held = new HeldAttempts();
    const gone = this.gone.signal;
    const logs = new LogShipping(context);
    this.run = new AttemptRun(() => this.stages);
    this.stages = {
      ...{ context, held, gone, logs },
      files: new AttemptFiles(context, config.maxArtifactBytes),
      beats: new Beats({
        context,
        held,
        presence: () => this.presence(),
        onFenced: (attempt) => this.run.lose(attempt),
        onCancelled: (attempt) => this.run.cancel(attempt),
      }),
      cancellations: new Cancellations({ context, held, onCancelled: (attempt) => this.run.cancel(attempt) }),
      results: new LargeResults({ context, gone, schemaOf: (type, version) => this.resultSchemaOf(type, version) }),
      reports: new Reports({
        ...{ context, logs },
        onAnswered: (attempt) => {
          held.forget(attempt);
          // With all outcomes in and none running, nothing else would look whether there is room by now.
          for (const lane of this.lanes) lane.roomChanged();
        },
      }),
      runners: new RunnerPool({
        context,
        types,
        scratchRoot: scratchRoot(config.scratchDirectory),
        children: config.children,
        childEnv: handlerEnvironment(config.handlerEnv),
        events: this.run,
      }),
    };
    this.lanes = types.map((type) => this.openLane(type));
    this.collector = new GarbageCollector({ context, everyMs: config.collectEveryMs });
    this.announcer = new Announcer(context, declareTypes(types), (reply) => this.onAnnounced(reply));
    this.announced = this.announcer.first;
  }

  get url(): string | undefined {
    return this.health?.url;
  }

  async start(): Promise<this> {
    const { healthPort: port, healthHost: host } = this.config;
    const { logger, broker } = this.context;
    try {
      if (port !== 0) {
        const checks = workerHealthChecks(this.context, this.stages.beats);
        this.health = await createHealthServer({ name: this.name, port, host, checks, logger });
      }
    } catch (error) {
      await this.stages.runners.stop();
      throw error;
    }
    this.stages.runners.warm().catch((error) => {
      logger.warn({ operation: 'start', error }, `children could not be forked ahead: ${messageOf(error)}`);
    });
    this.forgetBroker = broker.onState((state) => this.onBroker(state));
    this.stages.cancellations.start();
    this.collector.start();
    this.announcer.announce();
    return this;
  }

  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    this.health?.markStopping();
    this.forgetBroker();
    this.announcer.stop();
    const { stages, run, lanes } = this;
    const { drainTimeoutMs } = this.config;
    // Not awaited: a deletion under way may take longer than a drain has, and one that fails is repeated by somebody.
    void this.collector.stop();
    await drainWorker({ stages, run, lanes, drainTimeoutMs, giveUp: () => this.gone.abort() });
    stages.reports.stop();
    stages.logs.stop();
    await stages.cancellations.stop();
    await stages.beats.stop();
    await stages.runners.stop();
    await this.health?.close();
  }

  private openLane(type: WorkerType): JobLane {
    const { held, reports, results } = this.stages;
    return new JobLane({
      context: this.context,
      type,
      room: () => (reports.bytes + results.bytes > MAX_UNREPORTED_BYTES ? 0 : held.room),
      take: (lane, ids, onStale) => this.run.take(lane, ids, onStale),
      onMissing: () => this.announcer.announce(),
    });
  }

  private onBroker(state: 'up' | 'down'): void {
    if (state === 'down') {
      for (const lane of this.lanes) lane.brokerAway();
    } else {
      this.announcer.announce();
      this.stages.beats.beatNow();
    }
  }

  private onAnnounced(reply: AnnounceReply): void {
    for (const lane of this.lanes) {
      const refused = new Set(reply.refused.filter((each) => each.name === lane.name).map((each) => each.version));
      lane.open(this.versionsOf(lane.name).filter((version) => !refused.has(version)));
    }
    this.stages.beats.start(reply.beatMs);
  }

  private versionsOf(name: string): number[] {
    const type = this.types.find((each) => each.name === name);
    return type?.versions.map((each) => each.resolved.version) ?? [];
  }

  private resultSchemaOf(name: string, version: number): Record<string, unknown> {
    const type = this.types.find((each) => each.name === name);
    const found = type?.versions.find((each) => each.resolved.version === version);
    return { ...found?.handler.definition.result };
  }

  private presence(): WorkerPresence {
    const rows = this.lanes.flatMap(({ name, versions, slots, busy }) => presenceOf(name, versions, slots, busy));
    return {
      host: this.context.machine,
      pid: process.pid,
      version: VERSION,
      draining: this.run.draining,
      types: rows,
    };
  }
}
