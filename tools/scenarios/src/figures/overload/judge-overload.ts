import { atMost, holds, type Judged } from '../../load/report-goals.js';
import { median } from '../../load/statistics.js';
import type { MemoryPoint, OverloadMeasure } from './run-overload.js';

export const GOODPUT_SHARE = 0.8;
export const REFUSAL_P99_MS = 100;
/** Of the rate that the run asks for, what must have been sent: the rest waits for free connections, or for the machine. */
export const SENT_SHARE = 2.9 / 3;
/** What the gateway's RPC_TIMEOUT_MS promises its clients: an answer, whatever it is, within two seconds. */
export const ACCEPTANCE_P99_MS = 2_000;
/** A heap breathes: what is more than both is growth. */
const GROWTH_SHARE = 0.2;
const GROWTH_MB = 40;

export interface MemoryGrowth {
  process: string;
  /** Medians of the second and of the last fifth: what grows without a bound differs in them. */
  earlyMb: number;
  lateMb: number;
  maxMb: number;
  flat: boolean;
}

export function judgeOverload(measure: OverloadMeasure): Judged {
  const { peak, overload, ends } = measure;
  const acceptedPerSecond = overload.accepted / overload.seconds;
  const peakPerSecond = peak.accepted / peak.seconds;
  const goodputShare = peakPerSecond > 0 ? acceptedPerSecond / peakPerSecond : 0;
  const sentPerSecond = (overload.due - overload.unsent) / overload.seconds;
  const leastTimes = measure.factor * SENT_SHARE;
  const growths = growthsOf(measure.memory);
  const accepted = Object.values(ends).reduce((sum, n) => sum + n, 0);
  return {
    figures: {
      peakConnections: measure.peakConnections,
      peakAcceptedPerSecond: rounded(peakPerSecond),
      peakFinishedPerSecond: rounded(measure.peakFinishedPerSecond),
      offeredPerSecond: rounded(overload.due / overload.seconds),
      sentPerSecond: rounded(sentPerSecond),
      acceptedPerSecond: rounded(acceptedPerSecond),
      finishedPerSecond: rounded(measure.overloadFinishedPerSecond),
      goodputShare: rounded(goodputShare, 1_000),
      ...named('refusal', overload.refusedLatency),
      ...named('acceptance', overload.acceptedLatency),
      ...named('loadLag', overload.lag),
      ...Object.fromEntries(Object.entries(overload.refusedBy).map(([status, n]) => [`refused${status}`, n])),
      ...Object.fromEntries(Object.entries(overload.refusedFor).map(([code, n]) => [`refused for ${code}`, n])),
      ...{ dishonest: overload.dishonest, broken: overload.broken, unanswered: overload.unanswered },
      unfinished: measure.unfinished,
      ...{ lost: ends.missing ?? 0, endedTwice: ends.double ?? 0, accepted },
      ...Object.fromEntries(
        growths.flatMap(({ process, earlyMb, lateMb, maxMb }) => [
          [`${process}: earlyMb`, earlyMb],
          [`${process}: lateMb`, lateMb],
          [`${process}: maxMb`, maxMb],
        ]),
      ),
      troubles: overload.troubles.join(' | '),
    },
    goals: [
      holds(
        `at least ${rounded(leastTimes)} times the peak is sent`,
        peakPerSecond > 0 && sentPerSecond >= leastTimes * peakPerSecond,
      ),
      holds(`goodput is at least ${GOODPUT_SHARE * 100} % of the peak`, goodputShare >= GOODPUT_SHARE),
      atMost(`p99 of a refusal is below ${REFUSAL_P99_MS} ms`, overload.refusedLatency.p99Ms, REFUSAL_P99_MS),
      atMost(
        `p99 of an acceptance is below ${ACCEPTANCE_P99_MS} ms`,
        overload.acceptedLatency.p99Ms,
        ACCEPTANCE_P99_MS,
      ),
      holds(
        'every answer is an acceptance, or 429 or 503 with Retry-After',
        overload.dishonest === 0 && overload.broken === 0,
      ),
      holds('no request is left without an answer', overload.unanswered === 0),
      holds('memory of every process is flat', growths.length > 0 && growths.every(({ flat }) => flat)),
      holds('no process ended', measure.ended.length === 0),
      holds(
        'everything accepted succeeded',
        accepted > 0 && accepted === (ends.succeeded ?? 0) && measure.unfinished === 0,
      ),
    ],
  };
}

/** Whether a run without bounds shows it: by what grows or takes long. That it refuses nothing is no fault that it shows. */
export function suffers({ overload, peak, memory }: OverloadMeasure): boolean {
  const { refusedLatency, acceptedLatency } = overload;
  return (
    (refusedLatency.p99Ms ?? 0) > REFUSAL_P99_MS ||
    (acceptedLatency.p99Ms ?? 0) > ACCEPTANCE_P99_MS ||
    overload.accepted / overload.seconds < (GOODPUT_SHARE * peak.accepted) / peak.seconds ||
    growthsOf(memory).some(({ flat }) => !flat)
  );
}

export function growthsOf(memory: readonly MemoryPoint[]): MemoryGrowth[] {
  const endS = memory.at(-1)?.atS ?? 0;
  const within = (from: number, to: number) => memory.filter(({ atS }) => atS >= endS * from && atS <= endS * to);
  const names = new Set(memory.flatMap(({ rss }) => Object.keys(rss)));
  return [...names].sort().map((process) => {
    const of = (points: readonly MemoryPoint[]) => points.flatMap(({ rss }) => rss[process] ?? []);
    const earlyMb = median(of(within(0.2, 0.4)));
    const lateMb = median(of(within(0.8, 1)));
    const known = earlyMb !== undefined && lateMb !== undefined;
    return {
      process,
      earlyMb: rounded(earlyMb ?? 0),
      lateMb: rounded(lateMb ?? 0),
      maxMb: rounded(Math.max(0, ...of(memory))),
      flat: known && lateMb <= Math.max(earlyMb * (1 + GROWTH_SHARE), earlyMb + GROWTH_MB),
    };
  });
}

function named(prefix: string, summary: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(summary).map(([name, value]) => [
      `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`,
      rounded(value),
    ]),
  );
}

function rounded(value: number, parts = 10): number {
  return Math.round(value * parts) / parts;
}
