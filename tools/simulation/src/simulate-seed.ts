import {
  checkHistory,
  clearRecorder,
  type FaultSpan,
  type History,
  type Query,
  readHistoryRows,
  type Verdict,
} from '@windlass/proof';
import { planWorkload } from './clients/plan-workload.js';
import { Clients } from './clients/run-clients.js';
import { FaultInjector } from './faults/inject-faults.js';
import { planFaults } from './faults/plan-faults.js';
import { isQuiet } from './judge/is-quiet.js';
import { LEADER_TTL_MS, LEASE_MS } from './seed-times.js';
import { Fleet } from './services/fleet.js';
import type { Stage } from './services/stage.js';
import { World } from './world/world.js';

export interface SeedOptions {
  /** Changes statements on their way, to see that it is noticed. */
  mangle?: (text: string) => string;
  onStep?: (line: string) => void;
  onLog?: (line: string) => void;
}

export interface SeedOutcome {
  seed: number;
  verdict: Verdict;
  history: History;
  /** Of the whole trace: two runs of a seed have the same. */
  digest: string;
  steps: number;
  statements: number;
  virtualMs: number;
}

/** Spans are in whole milliseconds. */
const STAMP_SLACK_MS = 1;
/** How long the world may go on after the last fault until it is quiet. */
const PATIENCE_MS = 240_000;
const LOOK_EVERY_MS = 400;

/** One seed, one history: the services of a seed live through its workload and its faults until all is quiet. */
export async function simulateSeed(stage: Stage, seed: number, options: SeedOptions = {}): Promise<SeedOutcome> {
  const { onStep, onLog, mangle } = options;
  const world = new World({ seed, ...(onStep ? { onStep } : {}) });
  const query: Query = (text, values) => stage.database.control.query(text, values);
  stage.database.setClock(world.nowMs);
  await clearRecorder(query);
  await stage.database.clear();
  const faults: FaultSpan[] = [];
  const onHit = (kind: string, target: string, forMs: number) =>
    void faults.push({ kind, target, fromMs: Math.floor(world.nowMs), toMs: Math.ceil(world.nowMs + forMs) });
  const plan = planFaults(world.draw.fork('plan'));
  const fleet = new Fleet(
    {
      ...{ stage, onHit },
      world,
      leaseMs: LEASE_MS,
      leaderTtlMs: LEADER_TTL_MS,
      ...(mangle ? { mangle } : {}),
      ...(onLog ? { onLog } : {}),
    },
    plan.weather,
  );
  const injector = new FaultInjector(world, fleet, faults);
  const clients = new Clients(world, fleet, plan.gateways);
  for (const name of plan.instances) world.after(0, `start ${name}`, () => fleet.start(name));
  clients.start(planWorkload(world.draw.fork('workload'), plan.workMs));
  injector.start(plan);
  await runUntilQuiet(world, stage, () => injector.over && clients.done, plan.faultsMs + PATIENCE_MS);
  await fleet.close();
  const rows = await readHistoryRows(query);
  const history: History = {
    seed,
    leaseMs: LEASE_MS,
    stampSlackMs: STAMP_SLACK_MS,
    operations: clients.operations,
    sink: fleet.sink,
    faults,
    ...rows,
  };
  const { steps, statements, elapsedMs: virtualMs } = world;
  return { seed, verdict: checkHistory(history), history, digest: world.digest(), steps, statements, virtualMs };
}

async function runUntilQuiet(world: World, stage: Stage, settled: () => boolean, mostMs: number): Promise<void> {
  let nextLookMs = 0;
  while (world.elapsedMs < mostMs && (await world.step())) {
    if (!settled() || world.elapsedMs < nextLookMs) continue;
    nextLookMs = world.elapsedMs + LOOK_EVERY_MS;
    if (await isQuiet(stage.database)) return;
  }
}
