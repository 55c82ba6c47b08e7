import type { TenantKey } from './admit-held.js';
import { type Queryable, runStatement } from './statement.js';

export interface KeyRow {
  tenant_id: string;
  concurrency_key: string | null;
}

/** Their keys, each once. */
export function keysOf(rows: KeyRow[]): TenantKey[] {
  const keys = new Map<string, TenantKey>();
  for (const { tenant_id: tenantId, concurrency_key: key } of rows)
    if (key !== null) keys.set(`${tenantId}\n${key}`, { tenantId, key });
  return [...keys.values()];
}

const TEXT = `
with recursive waiting as (
  (select tenant_id, concurrency_key, concurrency_limit, 1 as place from jobs
   where state = 'queued' and held and (tenant_id, concurrency_key) > ($1::text, $2::text)
   order by tenant_id, concurrency_key, priority desc, id limit 1)
  union all
  select next.*, waiting.place + 1 from waiting, lateral (
    select j.tenant_id, j.concurrency_key, j.concurrency_limit from jobs j
    where j.state = 'queued' and j.held and (j.tenant_id, j.concurrency_key) > (waiting.tenant_id, waiting.concurrency_key)
    order by j.tenant_id, j.concurrency_key, j.priority desc, j.id limit 1
  ) next
  where waiting.place < $3::int
)
select w.tenant_id, w.concurrency_key, (
    select count(*) from jobs j where j.tenant_id = w.tenant_id and j.concurrency_key = w.concurrency_key and j.concurrency_key is not null
      and not j.held and j.state in ('queued', 'running')
  ) + (
    select count(*) from stopping_attempts s where s.tenant_id = w.tenant_id and s.concurrency_key = w.concurrency_key
      and s.concurrency_key is not null
  ) < w.concurrency_limit as free
from waiting w order by w.place`;

/**
 * Concurrency keys that somebody waits for, from `after` on in the order of tenant and key, by hopping along jobs_held: as many steps
 * as keys, however many jobs. `free` are those whose first may be admitted now; `last` is where to go on, undefined at the end.
 */
export async function listFreeKeys(
  db: Queryable,
  after: TenantKey | undefined,
  limit: number,
): Promise<{ free: TenantKey[]; last?: TenantKey }> {
  const rows = await runStatement<KeyRow & { free: boolean }>(db, 'list-free-keys', TEXT, [
    after?.tenantId ?? '',
    after?.key ?? '',
    limit,
  ]);
  const last = rows.length < limit ? undefined : keysOf(rows.slice(-1))[0];
  return { free: keysOf(rows.filter((row) => row.free)), ...(last && { last }) };
}
