import type { JobState } from '@windlass/contracts';
import { type Queryable, runStatement, storableJson } from './statement.js';

/** What the first request under a key was told, and later ones are. */
export interface StoredAnswer {
  id: string;
  state: JobState;
  duplicate?: boolean;
  /** Of a duplicate, which may have another than was asked for. */
  type?: string;
}

export interface KeyHolder {
  tenantId: string;
  key: string;
  fingerprint: string;
  answer: StoredAnswer;
  /** Not expired. */
  live: boolean;
}

interface Row {
  tenant_id: string;
  key: string;
  fingerprint: string;
  job_id: string;
  answer: StoredAnswer | null;
  live: boolean;
}

/** `limit` makes it a look-up per key: joined, the planner would rather read the whole table. */
const FIND = `
select k.* from unnest($1::text[], $2::text[]) as a(tenant_id, key), lateral (
  select tenant_id, key, fingerprint, job_id, answer, expires_at > windlass_now() as live
  from idempotency_keys where tenant_id = a.tenant_id and key = a.key limit 1
) k`;

/** Which requests these keys belong to now. A key without an answer is from a version before: its job was queued. */
export async function findKeys(db: Queryable, keys: { tenantId: string; key: string }[]): Promise<KeyHolder[]> {
  const rows = await runStatement<Row>(db, 'find-keys', FIND, [
    keys.map((each) => each.tenantId),
    keys.map((each) => each.key),
  ]);
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    key: row.key,
    fingerprint: row.fingerprint,
    answer: row.answer ?? { id: row.job_id, state: 'queued' },
    live: row.live,
  }));
}

const KEEP = `
insert into idempotency_keys (tenant_id, key, fingerprint, job_id, created_at, expires_at, answer)
select a.tenant_id, a.key, a.fingerprint, a.job_id, clock.at, clock.at + $6::float8 * interval '1 ms', a.answer::jsonb
from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[]) as a(tenant_id, key, fingerprint, job_id, answer),
  (select windlass_now() as at) clock
order by a.tenant_id, a.key
on conflict (tenant_id, key) do update
  set fingerprint = excluded.fingerprint, job_id = excluded.job_id, created_at = excluded.created_at, expires_at = excluded.expires_at,
    answer = excluded.answer`;

/** Enters keys with their answers, over expired ones. The caller has their locks and has found none of them alive. */
export async function keepKeys(
  db: Queryable,
  keys: { tenantId: string; key: string; fingerprint: string; answer: StoredAnswer }[],
  lifeMs: number,
): Promise<void> {
  if (keys.length === 0) return;
  await runStatement(db, 'keep-keys', KEEP, [
    keys.map((each) => each.tenantId),
    keys.map((each) => each.key),
    keys.map((each) => each.fingerprint),
    keys.map((each) => each.answer.id),
    keys.map((each) => storableJson(each.answer)),
    lifeMs,
  ]);
}
