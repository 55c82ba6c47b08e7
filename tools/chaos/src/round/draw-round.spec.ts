import { drawFrom } from '@windlass/proof';
import { describe, expect, it } from 'vitest';
import { drawLoad } from '../drive/drive-load.js';
import { FAULTS } from '../faults/index.js';
import { drawFaults } from './draw-round.js';

const LEASE_MS = 3_000;
const drawn = (seed: number) => drawFaults(drawFrom(seed).fork('faults'), FAULTS, LEASE_MS);
const SEEDS = Array.from({ length: 1_000 }, (_, seed) => seed);

describe('what a seed draws', () => {
  it('is the same faults and the same load each time', () => {
    const again = ({ fault, ...rest }: ReturnType<typeof drawn>[number]) => ({ name: fault.name, ...rest });
    expect(drawn(42).map(again)).toEqual(drawn(42).map(again));
    const load = (seed: number) => drawLoad(drawFrom(seed).fork('jobs'), 200, 'key');
    expect(load(42)).toEqual(load(42));
    expect(load(42)).not.toEqual(load(43));
    expect(load(42).flat()).toHaveLength(200);
  });

  it('is every fault, one to three leases long, a second one that overlaps the first in about half of the rounds', () => {
    const rounds = SEEDS.map(drawn);
    expect(new Set(rounds.flat().map(({ fault }) => fault.name)).size).toBe(FAULTS.length);
    for (const [first, second] of rounds) {
      for (const { lengthMs } of second ? [first!, second] : [first!]) {
        expect(lengthMs).toBeGreaterThanOrEqual(LEASE_MS);
        expect(lengthMs).toBeLessThanOrEqual(3 * LEASE_MS);
      }
      if (second) expect(second.afterMs).toBeLessThan(first!.afterMs + first!.lengthMs);
    }
    const pairs = rounds.filter((round) => round.length === 2).length;
    expect(pairs).toBeGreaterThan(0.45 * SEEDS.length);
    expect(pairs).toBeLessThan(0.55 * SEEDS.length);
  });
});
