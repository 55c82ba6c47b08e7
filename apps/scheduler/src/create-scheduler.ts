import type { Broker } from '@windlass/broker';
import type { Runtime } from '@windlass/clock';
import { probeBeats, probeBeatsReply, RPC } from '@windlass/contracts';
import { Dispatcher, LiveSlots, TypeWeights } from '@windlass/dispatch';
import { messageOf } from '@windlass/faults';
import { LEASE } from '@windlass/lifecycle';
import { createHealthServer, type Logger, RpcClient, type RunningService } from '@windlass/service-kit';
import type { Database } from '@windlass/store';
import { ActionWheel } from './actions/work-actions.js';
import { MissedAdmissions } from './admit/admit-missed.js';
import { Clockwork, type Wheel } from './clockwork.js';
import { foldCounts } from './count/fold-counts.js';
import { DueDispatch } from './dispatch/dispatch-due.js';
import { expireDue } from './expire/expire-due.js';
import { Leadership } from './lead/leadership.js';
import { rescueLost } from './rescue/rescue-lost.js';
import { HistoryDrop } from './retain/drop-history.js';
import { retain } from './retain/retain.js';
import { type KeptDays, keptClasses, type SchedulerConfig } from './scheduler.config.js';

export interface SchedulerDependencies {
  db: Database;
  broker: Broker;
  runtime: Runtime;
  logger: Logger;
}

const HOUR_MS = 3_600_000;
/** What others do at once is repaired, buried or added up here: one small statement each, also when nothing is there. */
const TURN_MS = 1_000;
/** How soon a new bulk action begins; a look costs one index entry. */
const ACTIONS_MS = 500;

type Config = Pick<SchedulerConfig, 'leaseMs' | 'leaderTtlMs' | 'healthPort' | 'healthHost' | 'machine'> & KeptDays;

/** The clockwork: dispatch of what is due, rescue, retention; run by the elected leader only. Opens nothing itself. */
export async function createScheduler(config: Config, dependencies: SchedulerDependencies): Promise<RunningService> {
  const { db, broker, runtime, logger } = dependencies;
  const liveSlots = new LiveSlots(db, runtime, config.leaseMs);
  const weights = new TypeWeights(db, runtime);
  const dispatcher = new Dispatcher({
    db,
    broker,
    runtime,
    liveSlots: (type) => liveSlots.of(type),
    liveVersions: (type) => liveSlots.versionsOf(type),
    isTiny: (type) => weights.isTiny(type),
    onError: (error, operation) =>
      logger.warn({ operation, error }, `hand-over failed, the jobs stay due: ${messageOf(error)}`),
  });
  const holder = `${config.machine}-${process.pid}-${runtime.uuid().slice(-6)}`;
  const leadership = new Leadership(db, runtime, logger, { holder, ttlMs: config.leaderTtlMs });
  const clockwork = new Clockwork(leadership, runtime, logger);
  leadership.start();
  clockwork.start(wheels(config, dependencies, { dispatcher, weights, liveSlots }));
  const health = config.healthPort === 0 ? undefined : await startHealth(config, dependencies);
  return {
    name: 'scheduler',
    ...(health ? { url: health.url } : {}),
    stop: async () => {
      health?.markStopping();
      await clockwork.stop();
      await leadership.stop();
      dispatcher.close();
      await health?.close();
    },
  };
}

function wheels(
  config: Config,
  { db, broker, runtime, logger }: SchedulerDependencies,
  { dispatcher, weights, liveSlots }: { dispatcher: Dispatcher; weights: TypeWeights; liveSlots: LiveSlots },
): Wheel[] {
  const gapMs = (config.leaseMs * LEASE.beatMs) / LEASE.leaseMs;
  // Three probes within a gap: one that is late is not yet an outage.
  const probeMs = Math.min(1_000, gapMs / 3);
  const core = new RpcClient(broker, RPC.coreForScheduler, { timeoutMs: gapMs });
  const missed = new MissedAdmissions(db, dispatcher);
  const due = new DueDispatch({ db, dispatcher, weights, runtime, logger });
  const actions = new ActionWheel({ db, broker, dispatcher, logger });
  const history = new HistoryDrop(db, logger, keptClasses(config));
  return [
    {
      name: 'dispatch',
      everyMs: 1_000,
      turn: async (term) => {
        await liveSlots.refresh();
        return due.turn(term);
      },
    },
    {
      name: 'probe',
      everyMs: probeMs,
      turn: async () => {
        await core.call(probeBeats, probeBeatsReply, {});
        return undefined;
      },
    },
    {
      name: 'rescue',
      everyMs: probeMs,
      turn: async (term) => {
        await rescueLost(term, { db, dispatcher, runtime, logger }, { gapMs, leaseMs: config.leaseMs });
        return undefined;
      },
    },
    {
      name: 'retain',
      everyMs: HOUR_MS,
      // More than a batch waits: come again soon.
      turn: async (term) => ((await retain(term, db)) ? 1_000 : undefined),
    },
    { name: 'expire', everyMs: TURN_MS, turn: (term) => expireDue(term, { db, dispatcher }) },
    { name: 'admit', everyMs: TURN_MS, turn: () => missed.turn() },
    { name: 'count', everyMs: TURN_MS, turn: (term) => foldCounts(term, db) },
    { name: 'actions', everyMs: ACTIONS_MS, turn: (term) => actions.turn(term) },
    { name: 'drop-history', everyMs: HOUR_MS, turn: (term) => history.turn(term) },
  ];
}

function startHealth(config: Config, { db, broker, logger }: SchedulerDependencies) {
  return createHealthServer({
    name: 'scheduler',
    port: config.healthPort,
    host: config.healthHost,
    logger,
    checks: [
      { name: 'database', essential: true, check: (timeoutMs) => db.ping(timeoutMs) },
      { name: 'broker', essential: true, check: (timeoutMs) => broker.ping(timeoutMs) },
    ],
  });
}
