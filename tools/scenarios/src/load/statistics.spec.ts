import { describe, expect, it } from 'vitest';
import { leastSquaresSlope, median, quantile, spread, theilSenSlope, windowMinima } from './statistics.js';

const line = (slope: number, n = 20) => Array.from({ length: n }, (_, x) => ({ x, y: 5 + slope * x }));

describe('quantiles', () => {
  it('are by nearest rank, whatever the order', () => {
    const values = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([0, 0.5, 0.99, 1].map((q) => quantile(values, q))).toEqual([1, 50, 99, 100]);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeUndefined();
  });

  it('the median of an even number of values is the mean of the middle two', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([])).toBeUndefined();
  });

  it('are told with their number, and nothing is told of nothing', () => {
    expect(spread('wait', [3, 1, 2])).toEqual({ waitN: 3, waitP50Ms: 2, waitP99Ms: 3, waitMaxMs: 3 });
    expect(spread('wait', [])).toEqual({ waitN: 0 });
  });
});

describe('slopes', () => {
  it('of a straight line are its own', () => {
    expect(leastSquaresSlope(line(3))).toBeCloseTo(3);
    expect(theilSenSlope(line(-3))).toBeCloseTo(-3);
  });

  it('Theil–Sen stays where a quarter of the points are far off, and least squares does not', () => {
    const points = line(1).map((point, at) => (at >= 15 ? { ...point, y: point.y + 1_000 } : point));
    expect(theilSenSlope(points)).toBeLessThan(30);
    expect(leastSquaresSlope(points)).toBeGreaterThan(50);
    expect(theilSenSlope(line(1).map((point, at) => (at % 7 === 3 ? { ...point, y: 900 } : point)))).toBeCloseTo(1);
  });

  it('are unknown without two different moments', () => {
    for (const points of [
      [],
      [{ x: 1, y: 2 }],
      [
        { x: 1, y: 2 },
        { x: 1, y: 9 },
      ],
    ]) {
      expect(theilSenSlope(points)).toBeUndefined();
      expect(leastSquaresSlope(points)).toBeUndefined();
    }
  });

  it('over the minima of windows a sawtooth is flat, and what rises under it is not', () => {
    const tooth = (rise: number) => Array.from({ length: 120 }, (_, x) => ({ x, y: 100 + (x % 10) * 5 + rise * x }));
    expect(windowMinima(tooth(0), 10)).toHaveLength(12);
    expect(theilSenSlope(windowMinima(tooth(0), 10))).toBe(0);
    expect(theilSenSlope(windowMinima(tooth(0.5), 10))).toBeCloseTo(0.5);
  });

  it('a window without points is left out', () => {
    expect(
      windowMinima(
        [
          { x: 0, y: 3 },
          { x: 1, y: 2 },
          { x: 25, y: 9 },
        ],
        10,
      ),
    ).toEqual([
      { x: 1, y: 2 },
      { x: 25, y: 9 },
    ]);
  });
});
