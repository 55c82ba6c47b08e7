import { createInProcessHub } from '@windlass/broker';
import { ManualRuntime } from '@windlass/clock';
import type { Database, Refill } from '@windlass/store';
import { describe, expect, it } from 'vitest';
import { DISPATCH } from './dispatch-policy.js';
import { Dispatcher } from './dispatcher.js';

const LANE = { queue: 'q', type: 'echo' };
const SHUT: Refill = { head: 0, room: 0, ids: [] };
const OPEN: Refill = { head: 0, room: null, ids: [] };

/** A lane as PostgreSQL would tell of it, and how often it was asked. */
function openDispatcher(lane: { refill: Refill }) {
  const runtime = new ManualRuntime();
  const asked = { refills: 0 };
  const engine = {
    query: async ({ name }: { name: string }) => {
      if (name !== 'refill-lane') return { rows: [] };
      asked.refills += 1;
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
      dispatcher.claimed('echo', 10, 0);
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
        dispatcher.claimed('echo', 10, 10);
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

it('an admission that fails is told and rejects nothing', async () => {
  const { dispatcher, errors } = openDispatcher({ refill: OPEN });
  await dispatcher.admit([{ tenantId: 'acme', key: 'k' }]);
  expect(errors).toEqual(['admit']);
});
