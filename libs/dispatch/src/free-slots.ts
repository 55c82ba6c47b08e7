import type { FreedSlot, Lane } from '@windlass/store';
import type { Dispatcher } from './dispatcher.js';

/**
 * What follows the end of attempts, once it is committed: jobs that wait for their concurrency keys are admitted, limited queues go on.
 * Waits for nothing and never throws: what fails here, the scheduler makes up for.
 */
export function freeSlots(dispatcher: Pick<Dispatcher, 'admit' | 'freed'>, slots: FreedSlot[]): void {
  const lanes = new Map<string, Lane>();
  for (const { queue, type } of slots) lanes.set(`${queue}\n${type}`, { queue, type });
  for (const lane of lanes.values()) dispatcher.freed(lane);
  const keys = slots.flatMap(({ tenantId, concurrencyKey }) =>
    concurrencyKey === null ? [] : [{ tenantId, key: concurrencyKey }],
  );
  if (keys.length > 0) void dispatcher.admit(keys);
}
