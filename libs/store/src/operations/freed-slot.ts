import type { Lane } from './refill-lane.js';

/** A job's attempt has ended here, or its place in the lane: whoever waits for its concurrency key or its queue may go on. */
export interface FreedSlot extends Lane {
  id: string;
  tenantId: string;
  concurrencyKey: string | null;
}

export interface FreedRow {
  id: string;
  tenant_id: string;
  queue: string;
  type: string;
  concurrency_key: string | null;
}

/** What a statement returns for `asFreed`. */
export const FREED_COLUMNS = 'id, tenant_id, queue, type, concurrency_key';

export const asFreed = (row: FreedRow): FreedSlot => ({
  id: row.id,
  tenantId: row.tenant_id,
  queue: row.queue,
  type: row.type,
  concurrencyKey: row.concurrency_key,
});
