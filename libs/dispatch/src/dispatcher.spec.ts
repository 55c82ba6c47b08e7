import { createInProcessHub } from '@windlass/broker';
import { ManualRuntime } from '@windlass/clock';
import type { Database, Refill } from '@windlass/store';
import { describe, expect, it } from 'vitest';
import { DISPATCH } from './dispatch-policy.js';
import { Dispatcher } from './dispatcher.js';

const LANE = { queue: 'q', type: 'echo' };
const SHUT: Refill = { head: 0, room: 0, ids: [] };
const OF_LANE = new Set(['q']);
const OPEN: Refill = { head: 0, room: null, ids: [] };

/** A lane as PostgreSQL would tell of it, and how often it was asked. */
function openDispatcher(lane: { refill: Refill }) {
  const runtime = new ManualRuntime();
  const asked = { refills: 0, queues: [] as unknown[] };
  const engine = {
    query: async ({ name, values }: { name: string; values: unknown[] }) => {
      if (name !== 'refill-lane') return { rows: [] };
      asked.refills += 1;
      asked.queues.push(values[0]);
      return { rows: [lane.refill] };
    },
    connect: async () => {
      throw new Error('no connection');
    },
  };
  const errors: string[] = [];
  const dispatcher = new Dispatcher({
    db: { engine } as unknown as Pick<Database, 'engine'>,
    broker: createInProcessHub().connect(),
    runtime,
    liveSlots: () => 4,
    liveVersions: () => undefined,
    isTiny: () => true,
    onError: (_, operation) => errors.push(operation),
  });
  return { dispatcher, runtime, asked, errors };
}

describe('a lane that is paused or limited', () => {
  it('takes nothing by the fast path, also while its queue has room', async () => {
    const lane = { refill: { head: 0, room: 5, ids: [] } as Refill };
    const { dispatcher, asked } = openDispatcher(lane);
    await dispatcher.refill(LANE);
    expect(dispatcher.takeCredit(LANE, 1)).toBe(0);
    lane.refill = OPEN;
    await dispatcher.refill(LANE);
    expect(dispatcher.takeCredit(LANE, 1)).toBe(1);
    expect(asked.refills).toBe(2);
  });

  it('is looked at once in a pace, however many submissions and refused claims ask, and by itself never', async () => {
    const { dispatcher, runtime, asked } = openDispatcher({ refill: SHUT });
    await dispatcher.refill(LANE);
    for (let n = 0; n < 100; n += 1) {
      dispatcher.nudge(LANE);
      dispatcher.claimed('echo', 10, 0, OF_LANE);
      dispatcher.freed(LANE);
    }
    await runtime.advance(DISPATCH.paceMs - 1);
    expect(asked.refills).toBe(1);
    await runtime.advance(60_000);
    expect(asked.refills).toBe(2);
  });

  it('without room is left alone by claims of its type, until an end there, a resume or a second', async () => {
    const lane = { refill: SHUT };
    const { dispatcher, runtime, asked } = openDispatcher(lane);
    await dispatcher.refill(LANE);
    const claimAll = async () => {
      for (let n = 0; n < 20; n += 1) {
        dispatcher.claimed('echo', 10, 10, OF_LANE);
        await runtime.advance(DISPATCH.paceMs);
      }
    };
    await claimAll();
    expect(asked.refills).toBe(1);
    dispatcher.freed(LANE);
    await runtime.advance(DISPATCH.paceMs);
    expect(asked.refills).toBe(2);
    await runtime.advance(DISPATCH.creditMs + 1);
    await claimAll();
    expect(asked.refills).toBe(3);
    lane.refill = { head: 0, room: 5, ids: [] };
    dispatcher.nudge(LANE);
    await claimAll();
    expect(asked.refills).toBeGreaterThan(5);
  });

  it('gets a look when a job of another type of its queue has ended; an open one that was looked at lately gets none', async () => {
    const lane = { refill: SHUT };
    const { dispatcher, runtime, asked } = openDispatcher(lane);
    await dispatcher.refill(LANE);
    await dispatcher.refill({ queue: 'q', type: 'other' });
    dispatcher.freed(LANE);
    await runtime.advance(DISPATCH.paceMs);
    expect(asked.refills).toBe(4);
    lane.refill = OPEN;
    await dispatcher.refill({ queue: 'open', type: 'echo' });
    dispatcher.freed({ queue: 'open', type: 'echo' });
    await runtime.advance(DISPATCH.paceMs);
    expect(asked.refills).toBe(5);
  });

  it('that this process does not know gets one look after an end there', async () => {
    const { dispatcher, runtime, asked } = openDispatcher({ refill: OPEN });
    for (let n = 0; n < 10; n += 1) dispatcher.freed(LANE);
    await runtime.advance(DISPATCH.paceMs);
    expect(asked.refills).toBe(1);
  });
});

describe('a claim of a type with many lanes', () => {
  const QUEUES = Array.from({ length: 50 }, (_, n) => `q${n}`);
  const openLanes = async (refill: Refill) => {
    const on = openDispatcher({ refill });
    for (const queue of QUEUES) await on.dispatcher.refill({ queue, type: 'echo' });
    await on.runtime.advance(DISPATCH.creditMs + 1);
    on.asked.queues = [];
    return on;
  };

  it('has the lane that its jobs came from looked at, and none in which nothing is known to wait', async () => {
    for (const refill of [OPEN, SHUT, { ...OPEN, room: 5 }]) {
      const { dispatcher, runtime, asked } = await openLanes(refill);
      dispatcher.claimed('echo', 1, 0, new Set(['q7']));
      await runtime.advance(DISPATCH.paceMs);
      expect(asked.queues).toEqual(['q7']);
    }
  });

  it('has four others looked at in which jobs wait, each in its turn, until nothing waits there', async () => {
    const refill = { ...OPEN, head: 1_000_000 };
    const { dispatcher, runtime, asked } = await openLanes(refill);
    const claim = async () => {
      asked.queues = [];
      dispatcher.claimed('echo', 1, 1, new Set(['q0']));
      await runtime.advance(DISPATCH.paceMs);
      return asked.queues;
    };
    const looked = new Set<unknown>();
    for (let n = 0; n < 13; n += 1) {
      const queues = await claim();
      expect(queues).toHaveLength(5);
      for (const queue of queues) looked.add(queue);
    }
    expect(looked.size).toBe(QUEUES.length);
    refill.head = 0;
    for (let n = 0; n < 13; n += 1) await claim();
    expect(await claim()).toHaveLength(0);
  });

  it('has a lane that this process does not know looked at once its jobs are claimed', async () => {
    const { dispatcher, runtime, asked } = openDispatcher({ refill: OPEN });
    dispatcher.claimed('echo', 1, 1, OF_LANE);
    dispatcher.claimed('echo', 1, 1);
    await runtime.advance(DISPATCH.paceMs);
    expect(asked.queues).toEqual(['q']);
  });
});

it('an admission that fails is told and rejects nothing', async () => {
  const { dispatcher, errors } = openDispatcher({ refill: OPEN });
  await dispatcher.admit([{ tenantId: 'acme', key: 'k' }]);
  expect(errors).toEqual(['admit']);
});
