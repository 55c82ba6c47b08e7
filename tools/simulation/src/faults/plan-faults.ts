import type { Draw } from '@windlass/proof';
import { FAULTS_MS, LEADER_TTL_MS, LEASE_MS } from '../seed-times.js';
import { CALM, type Weather } from './weather.js';

export type FaultKind =
  | 'kill'
  | 'stop'
  | 'pause'
  | 'sever'
  | 'cut-database'
  | 'clock'
  | 'postgres-away'
  | 'rabbitmq-away'
  | 'rabbitmq-wiped';

export interface PlannedFault {
  kind: FaultKind;
  /** An instance, or the server. */
  target: string;
  atMs: number;
  lastsMs: number;
  /** Of a server: not before something was committed whose answer is still on its way. */
  atCommit?: boolean;
  /** Of a worker: not before it reports an attempt, and that report stays on the way for so long. */
  reportHeldMs?: number;
  /** Of a clock. */
  offsetMs?: number;
}

export interface FaultPlan {
  instances: string[];
  gateways: string[];
  faults: PlannedFault[];
  weather: Weather;
  /** Clients begin within this, */
  workMs: number;
  /** and after this nothing goes wrong any more. */
  faultsMs: number;
}

const HOUR_MS = 3_600_000;

/** Who takes part, and what happens to them when. */
export function planFaults(draw: Draw): FaultPlan {
  const gateways = draw.chance(0.2) ? ['gateway-1', 'gateway-2'] : ['gateway-1'];
  // Fewer take part in some seeds: what no twin mends is seen there.
  const seconds = [['core-api-2', 0.75] as const, ['scheduler-2', 0.6] as const, ['worker-2', 0.75] as const];
  const twins = seconds.filter(([, likely]) => draw.chance(likely)).map(([name]) => name);
  const instances = ['core-api-1', 'scheduler-1', 'worker-1', ...twins, ...gateways];
  const faults = Array.from({ length: draw.whole(0, 6) }, () => planFault(draw, instances));
  if (instances.includes('scheduler-2') && draw.chance(0.25)) faults.push(...planOldLeader(draw));
  return { instances, gateways, faults, weather: planWeather(draw), workMs: FAULTS_MS * 0.7, faultsMs: FAULTS_MS };
}

/**
 * A leader stands still until the other one leads, and wakes while that one stands still: what has fallen due meanwhile lies there for
 * who only believes that he leads.
 */
function planOldLeader(draw: Draw): PlannedFault[] {
  const [old, other] = draw.chance(0.5) ? ['scheduler-1', 'scheduler-2'] : ['scheduler-2', 'scheduler-1'];
  const atMs = draw.next() * FAULTS_MS * 0.5;
  const lastsMs = LEADER_TTL_MS * (1.5 + draw.next() * 0.5);
  const pause = { kind: 'pause' } as const;
  return [
    { ...pause, target: old!, atMs, lastsMs },
    { ...pause, target: other!, atMs: atMs + lastsMs - LEADER_TTL_MS * 0.5, lastsMs: LEADER_TTL_MS * 0.7 },
  ];
}

const KINDS: [FaultKind, number][] = [
  ['kill', 30],
  ['stop', 10],
  ['pause', 25],
  ['sever', 8],
  ['cut-database', 7],
  ['clock', 8],
  ['postgres-away', 8],
  ['rabbitmq-away', 4],
  ['rabbitmq-wiped', 5],
];

function planFault(draw: Draw, instances: string[]): PlannedFault {
  const kind = pickWeighted(draw, KINDS);
  const atMs = draw.next() * FAULTS_MS;
  // Mostly short, now and then up to three leases.
  const long = draw.chance(kind === 'pause' ? 0.6 : 0.35);
  const lastsMs = long ? draw.next() * 3 * LEASE_MS : draw.next() * LEASE_MS * 0.6;
  if (kind.startsWith('postgres') || kind.startsWith('rabbitmq'))
    return {
      ...{ kind, target: kind.split('-')[0]!, atMs, lastsMs: kind === 'rabbitmq-wiped' ? 0 : lastsMs },
      ...(kind === 'postgres-away' ? { atCommit: draw.chance(0.6) } : {}),
    };
  const withDatabase = instances.filter((name) => /^(core|scheduler)/.test(name));
  // Gateways start slowly here and have little to lose.
  const target = kind === 'cut-database' ? draw.pick(withDatabase) : pickTarget(draw, instances);
  if (kind === 'clock') return { kind, target, atMs, lastsMs, offsetMs: draw.pick([HOUR_MS, -HOUR_MS, 5_000, -5_000]) };
  const zombie = target.startsWith('worker') && (kind === 'kill' || kind === 'pause') && draw.chance(0.5);
  const reportHeldMs = zombie ? { reportHeldMs: LEASE_MS * (1.2 + draw.next() * 1.8) } : {};
  return {
    kind,
    target,
    atMs,
    ...reportHeldMs,
    lastsMs: kind === 'kill' || kind === 'stop' ? draw.next() * 1_200 : lastsMs,
  };
}

function pickTarget(draw: Draw, instances: string[]): string {
  const name = draw.pick(instances);
  return name.startsWith('gateway') && draw.chance(0.6) ? draw.pick(instances) : name;
}

/** A third of the seeds has none: what fails there fails by its faults alone. */
function planWeather(draw: Draw): Weather {
  if (draw.chance(0.3)) return { ...CALM, holdCommit: draw.chance(0.5) ? 0.05 : 0 };
  const some = (most: number) => (draw.chance(0.5) ? draw.next() * most : 0);
  return {
    loseStatement: some(0.02),
    loseAnswer: some(0.03),
    lateAnswer: some(0.02),
    holdCommit: some(0.15),
    loseMessage: draw.chance(0.15) ? draw.next() * 0.1 : 0,
    repeatMessage: some(0.3),
    lateMessage: some(0.03),
    loseRequest: some(0.02),
  };
}

function pickWeighted<T>(draw: Draw, of: readonly (readonly [T, number])[]): T {
  let left = draw.next() * of.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [each, weight] of of) {
    left -= weight;
    if (left < 0) return each;
  }
  return of[0]![0];
}
