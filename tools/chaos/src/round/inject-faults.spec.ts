import { drawFrom } from '@windlass/proof';
import type { Testbed } from '@windlass/testbed';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../faults/fault.js';
import { NothingFree } from '../faults/holds.js';
import { FAULTS } from '../faults/index.js';
import { injectFaults } from './inject-faults.js';

const LENGTH_MS = 60;
const fault = (given: Partial<Fault> = {}): Fault => ({
  ...{ name: 'clock', groups: ['clock'], about: '' },
  inject: async () => ({ targets: ['worker-1'], heal: async () => {} }),
  ...given,
});
const inject = (...faults: Fault[]) =>
  injectFaults(
    faults.map((each) => ({ fault: each, afterMs: 0, lengthMs: LENGTH_MS })),
    {
      bed: { leaseMs: 1_000 } as Testbed,
      ...{ servers: undefined, draw: drawFrom(1), progress: () => undefined },
    },
  );

describe('the account of a fault', () => {
  it('is of its whole length', async () => {
    const { spans, passed } = await inject(fault());
    expect(spans).toMatchObject([{ kind: 'clock', target: 'worker-1' }]);
    expect(spans[0]!.toMs - spans[0]!.fromMs).toBeGreaterThanOrEqual(LENGTH_MS - 1);
    expect(passed).toEqual([]);
  });

  it('is of its two edges where only these hit: what is between them has no excuse', async () => {
    const { spans } = await inject(fault({ onlyAtEdges: true }));
    expect(spans.map(({ kind, target }) => [kind, target])).toEqual(Array(2).fill(['clock', 'worker-1']));
    expect(spans[1]!.fromMs - spans[0]!.toMs).toBeGreaterThanOrEqual(LENGTH_MS - 1);
    expect(FAULTS.filter(({ onlyAtEdges }) => onlyAtEdges).map(({ name }) => name)).toEqual([
      ...['clock-hour', 'clock-strobe'],
    ]);
  });

  it('is that it passed when it found nothing to be done to', async () => {
    const nothing = fault({ name: 'nothing', inject: () => Promise.reject(new NothingFree('no children')) });
    expect(await inject(nothing)).toEqual({ spans: [], passed: ['nothing'] });
  });

  it.each(['kill-children', 'pause-children'])(
    'of %s is that it passed when the worker has no children',
    async (name) => {
      const bed = { leaseMs: 1_000, instances: ['worker-1'], signal: async () => [] } as unknown as Testbed;
      const planned = FAULTS.filter((each) => each.name === name).map((each) => ({
        ...{ fault: each, afterMs: 0, lengthMs: LENGTH_MS },
      }));
      const to = { bed, servers: undefined, draw: drawFrom(1), progress: () => undefined };
      expect(await injectFaults(planned, to)).toEqual({ spans: [], passed: [name] });
    },
  );
});
