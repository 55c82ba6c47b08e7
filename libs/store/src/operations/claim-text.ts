/** What a claim asks for, and what it answers for each job that is granted. */
const GRANTED =
  'id, run, epoch, token, attempt, tenant_id, type, type_version, payload, soft_ms, hard_ms, request_id, queue';

/**
 * What keeps a job from being granted: not started by the end of its time to live (it waits for its burial, with its mark), of a version
 * that this worker has not, in a paused queue, in a queue with a limit, which the open claim leaves to the limited one.
 */
const standing = (limited: boolean) => `case
    when w.expired then 'expired'
    when w.type_version <> all(string_to_array(ask.versions, ',')::int[]) then 'astray'
    when g.paused_at is not null then 'paused'
    ${limited ? '' : `when g.max_running is not null then 'limited'`}
    else 'open' end`;

/** How many more may run in these queues. Their rows are locked: nobody else can grant in between. */
const ROOMS = `rooms as materialized (
  select g.name, g.max_running - (select count(*) from jobs r where r.queue = g.name and r.state = 'running')
    - (select count(*) from stopping_attempts s where s.queue = g.name) as room
  from gates g where g.max_running is not null
),
`;

const PLACED = `
placed as materialized (
  select r.id, r.token, r.worker, r.incarnation, r.machine,
    r.granted and (m.name is null or row_number() over (partition by r.queue, r.granted order by r.place) <= m.room) as granted
  from ranked r left join rooms m on m.name = r.queue
),`;

/**
 * Parameters: $1 ids, $2 which request asks for each; $3 to $8 the requests' tokens, workers, incarnations, free slots, versions and
 * types, $9 machines, $10 bytes that each answer may carry, $11 the lease's ms, $12 the ms after which a job that went astray is due
 * again, $13 bytes of a full answer.
 */
export const claimText = (limited: boolean) => `
with clock as materialized (select windlass_now() as at),
request as materialized (
  select * from unnest($3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::text[], $8::text[], $9::text[], $10::bigint[]) with ordinality
    as r(token, worker, incarnation, free, versions, type, machine, budget, n)
),
ask as materialized (
  select a.id, a.place, r.* from unnest($1::uuid[], $2::int[]) with ordinality as a(id, asked_by, place) join request r on r.n = a.asked_by
),
gates as materialized (select name, paused_at, max_running from queues where paused_at is not null or max_running is not null),
${limited ? ROOMS : ''}waiting as (
  select j.id, j.type, j.type_version, j.queue, octet_length(j.payload) as bytes,
    coalesce(j.attempt = 0 and j.expires_at <= (select at from clock), false) as expired
  from jobs j where j.id = any($1) and (j.state || '') = 'queued' and not j.held order by j.id for update skip locked
),
fitting as materialized (
  select ask.*, w.bytes, w.queue, ${standing(limited)} as standing
  from ask join waiting w on w.id = ask.id and w.type = ask.type left join gates g on g.name = w.queue
),
ranked as materialized (
  select f.*, row_number() over asked <= f.free
    and (row_number() over asked = 1 and f.budget = $13::bigint or sum(f.bytes) over asked <= f.budget) as granted
  from fitting f where f.standing = 'open' window asked as (partition by f.n order by f.place)
),${limited ? PLACED : ''}
won as (
  update jobs j set state = 'running', epoch = j.epoch + 1, attempt = j.attempt + 1, token = r.token, worker = r.worker,
    incarnation = r.incarnation, machine = r.machine, started_at = (select at from clock),
    lease_until = (select at from clock) + $11::float8 * interval '1 ms', dispatch_until = null, progress = null
  from ${limited ? 'placed' : 'ranked'} r where j.id = any($1) and j.id = r.id and r.granted
  returning j.*
),
given_back as (
  update jobs j set dispatch_until = null
  from (select id from ${limited ? 'placed' : 'ranked'} where not granted union all select id from fitting where standing = 'paused') r
  where j.id = any($1) and j.id = r.id returning j.id
),
astray as (
  update jobs j set dispatch_until = (select at from clock) + $12::float8 * interval '1 ms'
  from fitting f where j.id = any($1) and j.id = f.id and f.standing = 'astray' returning j.id
),
mine as (
  select j.* from jobs j join request r on r.token = j.token where j.id = any($1) and (j.state || '') = 'running'
)
select ${GRANTED} from won
union all
select ${GRANTED} from mine
union all
select f.id, 0, 0, null, 0, '', f.standing, 0, '', 0, 0, null, f.queue from fitting f where not exists (select from won w where w.id = f.id)`;
