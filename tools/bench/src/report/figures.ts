import type { EndToEnd } from '../measures/end-to-end.js';
import type { Turn } from '../measures/run-turn.js';
import { median, quantile } from './statistics.js';

/** One figure of one turn, or undefined where it was not measured. */
export type Figure = (turn: Turn) => number | undefined;

const run = (turn: Turn, connections: number): EndToEnd | undefined =>
  turn.endToEnd.find((each) => each.connections === connections);

export const jobsPerSecond = (connections: number): Figure => {
  return (turn) => run(turn, connections)?.jobsPerSecond;
};
export const cpuMicros: Figure = (turn) => run(turn, 32)?.cpuMicrosPerJob;
export const storedMs = (q: number): Figure => {
  return (turn) => quantile(turn.latency?.storedMs ?? [], q);
};
export const resident = (role: string): Figure => {
  return (turn) => run(turn, 32)?.residentMib[role];
};

/** Median over the rounds. */
export function medianOf(turns: readonly Turn[], system: string, figure: Figure): number | undefined {
  return median(defined(turns.filter((turn) => turn.system === system).map(figure)));
}

/** Median over the rounds of the ratio within each round: what slows the whole machine for a while cancels out. */
export function medianRatio(turns: readonly Turn[], ours: string, theirs: string, figure: Figure): number | undefined {
  const ratios = turns
    .filter((turn) => turn.system === ours)
    .map((mine) => {
      const peer = turns.find((turn) => turn.system === theirs && turn.round === mine.round);
      const [a, b] = [figure(mine), peer && figure(peer)];
      return a === undefined || b === undefined ? undefined : a / b;
    });
  return median(defined(ratios));
}

/** The latencies of all rounds together: a p99 needs more samples than one round has. */
export function pooledStoredMs(turns: readonly Turn[], system: string, q: number): number | undefined {
  const samples = turns.filter((turn) => turn.system === system).flatMap((turn) => turn.latency?.storedMs ?? []);
  return quantile(samples, q);
}

function defined(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}
