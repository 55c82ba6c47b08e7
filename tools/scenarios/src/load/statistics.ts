export interface Point {
  x: number;
  y: number;
}

/** The q-th quantile (0 to 1) of the values, by nearest rank; undefined without any. */
export function quantile(values: readonly number[], q: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
}

/** The middle value, or the mean of the two in the middle; undefined without any. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[upper] : mean(sorted.slice(upper - 1, upper + 1));
}

/** Slope of the straight line with the least squared distances in y; undefined unless two x differ. */
export function leastSquaresSlope(points: readonly Point[]): number | undefined {
  const midX = mean(points.map(({ x }) => x)) ?? 0;
  const midY = mean(points.map(({ y }) => y)) ?? 0;
  let above = 0;
  let below = 0;
  for (const { x, y } of points) {
    above += (x - midX) * (y - midY);
    below += (x - midX) ** 2;
  }
  return below === 0 ? undefined : above / below;
}

/**
 * Median of the slopes between all pairs of points (Theil 1950, Sen 1968): up to 29 % of the points may be anything without moving it
 * far. Undefined unless two x differ. Quadratic: for hundreds of points.
 */
export function theilSenSlope(points: readonly Point[]): number | undefined {
  const slopes: number[] = [];
  points.forEach((a, at) => {
    for (const b of points.slice(at + 1)) if (a.x !== b.x) slopes.push((b.y - a.y) / (b.x - a.x));
  });
  return median(slopes);
}

/** The lowest point of each window of this length in x, counted from the first point. A window without points is left out. */
export function windowMinima(points: readonly Point[], length: number): Point[] {
  const lowest = new Map<number, Point>();
  const start = points[0]?.x ?? 0;
  for (const point of points) {
    const window = Math.floor((point.x - start) / length);
    const before = lowest.get(window);
    if (!before || point.y < before.y) lowest.set(window, point);
  }
  return [...lowest.entries()].sort(([a], [b]) => a - b).map(([, point]) => point);
}

/** n, median, p99 and largest of some times, under names such as `recoveryP99Ms`; without values only the n of 0. */
export function spread(name: string, valuesMs: readonly number[]): Record<string, number> {
  const figures: Record<string, number> = { [`${name}N`]: valuesMs.length };
  const told = { P50: quantile(valuesMs, 0.5), P99: quantile(valuesMs, 0.99), Max: quantile(valuesMs, 1) };
  for (const [what, value] of Object.entries(told)) {
    if (value !== undefined) figures[`${name}${what}Ms`] = Math.round(value * 10) / 10;
  }
  return figures;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
