import type { ClaimedJob, ClaimJobs } from '@windlass/contracts';
import { type Queryable, runStatement } from './statement.js';

const TEXT = `
with clock as materialized (select windlass_now() as at),
request as materialized (
  select * from unnest($3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::text[], $8::text[]) with ordinality
    as r(token, worker, incarnation, free, versions, type, n)
),
ask as materialized (
  select a.id, a.place, r.* from unnest($1::uuid[], $2::int[]) with ordinality as a(id, asked_by, place) join request r on r.n = a.asked_by
),
waiting as (
  select j.id, j.type, j.type_version, octet_length(j.payload) as bytes
  from jobs j where j.id = any($1) and (j.state || '') = 'queued' order by j.id for update skip locked
),
fitting as materialized (
  select ask.*, w.bytes, w.type_version = any(string_to_array(ask.versions, ',')::int[]) as fits
  from ask join waiting w on w.id = ask.id and w.type = ask.type
),
ranked as materialized (
  select f.*, row_number() over asked <= f.free and (row_number() over asked = 1 or sum(f.bytes) over asked <= $10::bigint) as granted
  from fitting f where f.fits window asked as (partition by f.n order by f.place)
),
won as (
  update jobs j set state = 'running', epoch = j.epoch + 1, attempt = j.attempt + 1, token = r.token, worker = r.worker,
    incarnation = r.incarnation, started_at = (select at from clock), lease_until = (select at from clock) + $9::float8 * interval '1 ms',
    dispatch_until = null, progress = null
  from ranked r where j.id = any($1) and j.id = r.id and r.granted
  returning j.*
),
given_back as (
  update jobs j set dispatch_until = null from ranked r where j.id = any($1) and j.id = r.id and not r.granted returning j.id
),
astray as (
  update jobs j set dispatch_until = (select at from clock) + $11::float8 * interval '1 ms'
  from fitting f where j.id = any($1) and j.id = f.id and not f.fits returning j.id
),
held as (
  select j.* from jobs j join request r on r.token = j.token where j.id = any($1) and (j.state || '') = 'running'
)
select id, run, epoch, token, attempt, tenant_id, type, type_version, payload, soft_ms, hard_ms, request_id from won
union all
select id, run, epoch, token, attempt, tenant_id, type, type_version, payload, soft_ms, hard_ms, request_id from held`;

interface Row {
  id: string;
  run: number;
  epoch: number;
  token: string;
  attempt: number;
  tenant_id: string;
  type: string;
  type_version: number;
  payload: string;
  soft_ms: number;
  hard_ms: number;
  request_id: string | null;
}

/** Payloads of one request's answer. Escaped once more they may double; the broker's bound for a message is 16 MiB. */
const MAX_PAYLOAD_BYTES = 4 * 1_048_576;
/** A job that came to a worker without its version is handed over again after this long: at once, the two would pass it to and fro. */
const ASTRAY_MS = 1_000;

/**
 * Claims of one flush in one transaction: `queued → running`, epoch + 1, a lease on the database's clock; what is over a request's free
 * slots, or over what one answer can carry, loses its mark and is due at once. A request repeated with its token gets the rows
 * that it holds, whoever else names them. A queued id that two requests name goes to the first.
 */
export async function claimJobsInStore(
  db: Queryable,
  requests: ClaimJobs[],
  leaseMs: number,
): Promise<Map<string, ClaimedJob[]>> {
  const ids: string[] = [];
  const askedBy: number[] = [];
  const seen = new Set<string>();
  for (const [index, request] of requests.entries()) {
    for (const id of request.ids) {
      if (seen.has(id)) continue;
      seen.add(id);
      ids.push(id);
      askedBy.push(index + 1);
    }
  }
  const rows = await runStatement<Row>(db, 'claim-jobs', TEXT, [
    ids,
    askedBy,
    requests.map((each) => each.token),
    requests.map((each) => each.worker),
    requests.map((each) => each.incarnation),
    requests.map((each) => each.free),
    requests.map((each) => each.versions.join(',')),
    requests.map((each) => each.type),
    leaseMs,
    MAX_PAYLOAD_BYTES,
    ASTRAY_MS,
  ]);
  const byToken = new Map<string, ClaimedJob[]>(requests.map((each) => [each.token, []]));
  for (const row of rows) byToken.get(row.token)?.push(asClaimed(row));
  return byToken;
}

function asClaimed(row: Row): ClaimedJob {
  return {
    jobId: row.id,
    run: row.run,
    epoch: row.epoch,
    token: row.token,
    attempt: row.attempt,
    tenantId: row.tenant_id,
    type: row.type,
    version: row.type_version,
    payload: row.payload,
    softMs: row.soft_ms,
    hardMs: row.hard_ms,
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
  };
}
