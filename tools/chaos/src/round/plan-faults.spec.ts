import { drawFrom } from '@windlass/proof';
import { describe, expect, it } from 'vitest';
import { drawLoad } from '../drive/drive-load.js';
import { FAULTS } from '../faults/index.js';
import { planFaults } from './plan-faults.js';

const LEASE_MS = 3_000;
const SEEDS = 1_000;

describe('what a seed draws', () => {
  it('is the same times and the same load each time', () => {
    const plan = (seed: number) => planFaults(drawFrom(seed).fork('faults'), FAULTS.slice(0, 2), LEASE_MS);
    expect(plan(42)).toEqual(plan(42));
    expect(plan(42)).not.toEqual(plan(43));
    const load = (seed: number) => drawLoad(drawFrom(seed).fork('jobs'), 200, 'key');
    expect(load(42)).toEqual(load(42));
    expect(load(42)).not.toEqual(load(43));
    expect(load(42).flat()).toHaveLength(200);
  });

  it('is faults of one to three leases, the second one while the first is on', () => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const [first, second] = planFaults(drawFrom(seed), FAULTS.slice(0, 2), LEASE_MS);
      for (const { lengthMs } of [first!, second!]) {
        expect(lengthMs).toBeGreaterThanOrEqual(LEASE_MS);
        expect(lengthMs).toBeLessThanOrEqual(3 * LEASE_MS);
      }
      expect(second!.afterMs).toBeGreaterThanOrEqual(first!.afterMs);
      expect(second!.afterMs).toBeLessThan(first!.afterMs + first!.lengthMs);
    }
  });
});
