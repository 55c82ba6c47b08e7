import type { Change, FinalRows } from '../history.js';
import type { Query } from './install-recorder.js';
import { memberOf } from './recorded-fields.sql.js';

/** Of changes at a time: some ten megabytes. */
const PAGE = 10_000;
/** A hundred million changes: no run has so many. */
const MAX_PAGES = 10_000;

const ms = (at: string) => `(extract(epoch from ${at}) * 1000)::float8`;

/** Of a new job both: the row, and the key of its payload beside it. */
const CHANGES = `
select seq::float8 as seq, ${ms('at')} as at_ms, took_ms::float8 as took_ms, app, tab, op, job, current_epoch, leader, ${ms('grace_until')} as grace_ms,
  coalesce(before, to_jsonb(before_job), to_jsonb(before_end), to_jsonb(before_event)) as before,
  coalesce(to_jsonb(after_job) || coalesce(after, '{}'), after, to_jsonb(after_end), to_jsonb(after_event), to_jsonb(after_line)) as after
from proof.changes where seq > $1 order by seq limit ${PAGE}`;

/** The rows of one list, in an order that is the same each time. */
const list = (name: keyof FinalRows, row: string, from: string, order: string) =>
  `select '${name}' as list, ${row} as entry, concat_ws(' ', ${order}) as place from ${from}`;

/** In one statement: one snapshot, in which nothing is counted twice or missed. */
const FINAL = `
select list, entry, ${ms('windlass.windlass_now()')} as at_ms from (
  ${[
    list(
      'jobs',
      `(to_jsonb(j) - '{payload,error}'::text[]) || jsonb_build_object('key', ${memberOf('j.payload', 'key')})`,
      'windlass.jobs j',
      'j.id',
    ),
    list(
      'history',
      `(to_jsonb(h) - '{payload,result,result_file,error}'::text[]) || jsonb_build_object('key', ${memberOf('h.payload', 'key')},
        'runId', ${memberOf('h.result', 'runId')}, 'in_file', h.result_file is not null)`,
      'windlass.job_history h',
      `h.id, lpad(h.run::text, 9, '0')`,
    ),
    list(
      'events',
      `to_jsonb(e) - 'error'`,
      'windlass.job_events e',
      `e.job_id, lpad(e.run::text, 9, '0'), lpad(e.epoch::text, 9, '0'), e.kind`,
    ),
    list('artifacts', 'to_jsonb(a)', 'windlass.artifacts a', 'a.job_id, a.run, a.name'),
    list('keys', `to_jsonb(k) - 'answer'`, 'windlass.idempotency_keys k', 'k.tenant_id, k.key'),
    list('stopping', `to_jsonb(s) - 'token'`, 'windlass.stopping_attempts s', 's.job_id, s.run, s.epoch'),
    list(
      'counts',
      `jsonb_build_object('queue', c.queue, 'state', c.state, 'n', c.n)`,
      `(select queue, state, sum(n) as n from (
          select queue, state, n from windlass.queue_counts union all select queue, state, delta from windlass.queue_deltas
        ) parts group by queue, state having sum(n) <> 0) c`,
      'c.queue, c.state',
    ),
    `select 'atMs', null, null`,
  ].join('\n  union all ')}
) lists order by list, place`;

/** What the recorder has written down since it was installed or cleared, and the rows as they stand now. */
export async function readHistoryRows(query: Query): Promise<{ changes: Change[]; final: FinalRows }> {
  const changes: Change[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { rows } = await query(CHANGES, [changes.at(-1)?.seq ?? 0]);
    for (const row of rows) changes.push(asChange(row));
    if (rows.length < PAGE) break;
  }
  return { changes, final: asFinal((await query(FINAL)).rows) };
}

function asFinal(rows: Record<string, unknown>[]): FinalRows {
  const final: FinalRows = {
    jobs: [],
    history: [],
    events: [],
    artifacts: [],
    keys: [],
    stopping: [],
    counts: [],
    atMs: 0,
  };
  for (const { list: name, entry, at_ms: atMs } of rows) {
    if (name === 'atMs') final.atMs = Number(atMs);
    else (final[name as keyof Omit<FinalRows, 'atMs'>] as unknown[]).push(entry);
  }
  return final;
}

function asChange(row: Record<string, unknown>): Change {
  const change: Change = {
    seq: Number(row.seq),
    atMs: Number(row.at_ms),
    tookMs: Number(row.took_ms),
    app: row.app as string,
    table: row.tab as Change['table'],
    op: row.op as Change['op'],
  };
  if (row.job !== null) change.jobId = row.job as string;
  if (row.before !== null) change.before = row.before as Record<string, unknown>;
  if (row.after !== null) change.after = row.after as Record<string, unknown>;
  if (row.current_epoch !== null) change.currentEpoch = Number(row.current_epoch);
  if (row.leader !== null) change.leader = row.leader as NonNullable<Change['leader']>;
  if (row.grace_ms !== null) change.graceUntilMs = Number(row.grace_ms);
  return change;
}
