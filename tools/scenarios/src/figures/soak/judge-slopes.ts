import { leastSquaresSlope, type Point, theilSenSlope, windowMinima } from '../../load/statistics.js';
import type { MemorySample, SoakSample } from './take-samples.js';

export interface SlopeRules {
  /** Samples before this moment are warm-up. */
  fromS: number;
  /** Of each window the lowest value counts: V8's heap is a sawtooth, and only its feet show what stays. */
  windowS: number;
  limitMbPerHour: number;
}

export interface ProcessSlope {
  process: string;
  samples: number;
  /** Theil–Sen over the windows' minima; the judged one. */
  rssMbPerHour: number;
  /** Least squares over all samples. */
  rssLeastSquaresMbPerHour: number;
  heapMbPerHour?: number;
  firstMb: number;
  lastMb: number;
  maxMb: number;
  fdsFirst: number;
  fdsLast: number;
  flat: boolean;
}

/** Slopes of every process that lived through all that was measured; heavy handlers' children come and go. */
export function judgeSlopes(samples: readonly SoakSample[], rules: SlopeRules): ProcessSlope[] {
  const measured = samples.filter(({ atS }) => atS >= rules.fromS);
  const names = new Set(measured.flatMap(({ processes }) => Object.keys(processes)));
  return [...names]
    .filter((name) => measured.every(({ processes }) => processes[name] !== undefined))
    .sort()
    .map((name) => slopeOf(name, measured, rules));
}

function slopeOf(name: string, measured: readonly SoakSample[], { windowS, limitMbPerHour }: SlopeRules): ProcessSlope {
  const all = measured.map(({ atS, processes }) => ({ atS, ...processes[name]! }));
  const points = (value: (sample: MemorySample) => number | undefined): Point[] =>
    all.flatMap((each) => {
      const y = value(each);
      return y === undefined ? [] : [{ x: each.atS / 3_600, y }];
    });
  const robust = (series: Point[]) => theilSenSlope(windowMinima(series, windowS / 3_600));
  const rss = points(({ rssMb }) => rssMb);
  const slope = robust(rss);
  const heap = robust(points(({ heapUsedMb }) => heapUsedMb));
  return {
    process: name,
    samples: rss.length,
    rssMbPerHour: round(slope ?? 0),
    rssLeastSquaresMbPerHour: round(leastSquaresSlope(rss) ?? 0),
    ...(heap === undefined ? {} : { heapMbPerHour: round(heap) }),
    firstMb: rss[0]?.y ?? 0,
    lastMb: rss.at(-1)?.y ?? 0,
    maxMb: Math.max(0, ...rss.map(({ y }) => y)),
    fdsFirst: all[0]?.fds ?? 0,
    fdsLast: all.at(-1)?.fds ?? 0,
    // Without a slope nothing is shown, so nothing is flat.
    flat: slope !== undefined && slope < limitMbPerHour,
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
