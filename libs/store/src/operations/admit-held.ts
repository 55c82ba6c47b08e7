import type { Lane } from './refill-lane.js';
import { type Connectable, runTransaction } from './run-transaction.js';
import { type Queryable, runStatement } from './statement.js';

/** One concurrency key of a tenant. */
export interface TenantKey {
  tenantId: string;
  key: string;
}

/** All who admit agree on this number and this order, by the hash: so no two of them wait for each other. */
const LOCK = `
select pg_advisory_xact_lock(hash) from (
  select distinct hashtextextended(tenant_id || chr(10) || key, 7) as hash
  from unnest($1::text[], $2::text[]) as a(tenant_id, key) order by 1
) sorted`;

const ADMIT = `
with asked as materialized (select * from unnest($1::text[], $2::text[]) as a(tenant_id, key)),
counted as materialized (
  select a.tenant_id, a.key, (
    select count(*) from jobs j where j.tenant_id = a.tenant_id and j.concurrency_key = a.key and j.concurrency_key is not null
      and not j.held and j.state in ('queued', 'running')
  ) + (
    select count(*) from stopping_attempts s where s.tenant_id = a.tenant_id and s.concurrency_key = a.key and s.concurrency_key is not null
  ) as holders
  from asked a
),
waiting as materialized (
  select next.id, bool_and(c.holders + next.place - 1 < next.concurrency_limit)
    over (partition by c.tenant_id, c.key order by next.place) as fits
  from counted c, lateral (
    select j.id, j.concurrency_limit, row_number() over (order by j.priority desc, j.id) as place
    from jobs j where j.tenant_id = c.tenant_id and j.concurrency_key = c.key and j.state = 'queued' and j.held
    order by j.priority desc, j.id limit $3::int
  ) next
),
locked as (
  select j.id from jobs j where j.id = any(array(select id from waiting where fits)) and (j.state || '') = 'queued' and j.held
  order by j.id for update skip locked
)
update jobs j set held = false, dispatch_until = null from locked l
where j.id = any(array(select id from waiting where fits)) and j.id = l.id
returning j.queue, j.type, j.tenant_id, j.concurrency_key`;

/** Keys of one transaction: bounds how many others wait for its locks. */
const KEYS_AT_ONCE = 100;
/** Of one key in one statement; where more fit, another one follows. */
const JOBS_AT_ONCE = 200;
/** A key whose limit has just been raised far: what is left over, the scheduler's repair admits. */
const MAX_ROUNDS = 50;
/** An admission takes milliseconds. Whoever waits longer gives up: the repair comes within a second. */
const LOCK_TIMEOUT_MS = 1_000;

/**
 * Admits to their lanes the next jobs that wait for these keys, by priority and age, as long as fewer than a job's limit hold its key
 * (decision 0011). Called after anything that may have freed a key or brought a job for it; a call too many does nothing, a call that
 * failed is made up for by the scheduler. Answers the lanes that got jobs, each once, to be nudged. Uses jobs_holding_key, jobs_held.
 */
export async function admitHeld(db: Connectable, keys: TenantKey[]): Promise<Lane[]> {
  const lanes = new Map<string, Lane>();
  const distinct = [...new Map(keys.map((each) => [idOf(each.tenantId, each.key), each])).values()];
  for (let from = 0; from < distinct.length; from += KEYS_AT_ONCE) {
    let part = distinct.slice(from, from + KEYS_AT_ONCE);
    for (let round = 0; round < MAX_ROUNDS && part.length > 0; round += 1) {
      const counts = new Map<string, number>();
      for (const row of await runTransaction(db, LOCK_TIMEOUT_MS, (tx) => admit(tx, part))) {
        const id = idOf(row.tenant_id, row.concurrency_key);
        counts.set(id, (counts.get(id) ?? 0) + 1);
        lanes.set(`${row.queue}\n${row.type}`, { queue: row.queue, type: row.type });
      }
      part = part.filter((each) => counts.get(idOf(each.tenantId, each.key)) === JOBS_AT_ONCE);
    }
  }
  return [...lanes.values()];
}

/** The locks come first, in a statement of their own: the count after them must see what the holder before has committed. */
async function admit(tx: Queryable, keys: TenantKey[]) {
  const values = [keys.map((each) => each.tenantId), keys.map((each) => each.key)];
  await runStatement(tx, 'lock-keys', LOCK, values);
  return runStatement<Lane & { tenant_id: string; concurrency_key: string }>(tx, 'admit-held', ADMIT, [
    ...values,
    JOBS_AT_ONCE,
  ]);
}

const idOf = (tenantId: string, key: string): string => `${tenantId}\n${key}`;
