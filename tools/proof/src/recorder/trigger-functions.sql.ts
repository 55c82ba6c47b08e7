import { EVENT, HISTORY, JOB, LINE, memberOf, rowSql } from './recorded-fields.sql.js';

/** What the recorder asks the session about itself, as SQL. */
export interface Witness {
  /** Who writes: text, as in `scheduler-1`. */
  writer: string;
  /** How long the statement has been going, as an interval. A row that another transaction changed within that time may not have been there for it. */
  sinceStart: string;
}

/** Real processes: each names its connection, and time passes by itself. */
export const REAL: Witness = {
  writer: `current_setting('application_name')`,
  sinceStart: '(clock_timestamp() - statement_timestamp())',
};

/**
 * Asked for schedulers only, nobody else leads. What a statement checked at its start may have run out by its end, when triggers fire:
 * the lead is looked at as of the start. The row itself cannot have changed, the statement has it locked.
 */
const LEADER = (since: string) => `case when app like 'scheduler%' then (
    select jsonb_build_object('holder', l.holder, 'term', l.term,
      'live', l.expires_at > windlass_now() - ${since})
    from leaders l where l.name = 'scheduler') end`;

/** Rescues alone need to know about grace: a scheduler's write that takes a running job away. */
const GRACE = `case when app like 'scheduler%' and old.state = 'running' then (select p.grace_until from beat_path p) end`;

const epochOf = (id: string) => `(select j.epoch from jobs j where j.id = ${id})`;

/** One record: these columns, beside those that every record has. */
const noteAs = (since: string) => (table: string, op: string, job: string, rest: Record<string, string>) =>
  `insert into proof.changes (at, took_ms, app, tab, op, job${Object.keys(rest)
    .map((column) => `, ${column}`)
    .join('')})
  values (windlass_now(), extract(epoch from ${since}) * 1000, app, '${table}', ${op}, ${job}${Object.values(rest)
    .map((value) => `,\n    ${value}`)
    .join('')});`;

/** As the owner, whoever writes: the services' roles have no right to the record. */
const triggerOf = (writer: string) => (name: string, body: string) =>
  `
create function proof.${name}() returns trigger language plpgsql security definer set search_path = windlass, pg_temp as $$
declare app text := ${writer};
begin
  ${body}
  return null;
end $$`;

/** Each side where there is one. */
const before = (value: string) => `case when tg_op <> 'INSERT' then ${value} end`;
const after = (value: string) => `case when tg_op <> 'DELETE' then ${value} end`;

interface Parts {
  trigger: ReturnType<typeof triggerOf>;
  note: ReturnType<typeof noteAs>;
  leader: string;
}

/** The key is read from the payload once: it never changes. */
const noteJob = ({ trigger, note, leader }: Parts) =>
  trigger(
    'note_job',
    `if tg_op = 'INSERT' then
  ${note('jobs', `'insert'`, 'new.id', { after_job: rowSql(JOB, 'new'), after: `jsonb_build_object('key', ${memberOf('new.payload', 'key')})`, leader })}
  elsif tg_op = 'UPDATE' then
  ${note('jobs', `'update'`, 'new.id', { before_job: rowSql(JOB, 'old'), after_job: rowSql(JOB, 'new'), leader, grace_until: GRACE })}
  else
  ${note('jobs', `'delete'`, 'old.id', { before_job: rowSql(JOB, 'old'), leader, grace_until: GRACE })}
  end if;`,
  );

const noteHistory = ({ trigger, note, leader }: Parts) =>
  trigger(
    'note_history',
    note('job_history', 'lower(tg_op)', 'coalesce(new.id, old.id)', {
      before_end: before(rowSql(HISTORY, 'old')),
      after_end: after(rowSql(HISTORY, 'new')),
      leader,
    }),
  );

const noteEvent = ({ trigger, note }: Parts) =>
  trigger(
    'note_event',
    note('job_events', 'lower(tg_op)', 'coalesce(new.job_id, old.job_id)', {
      before_event: before(rowSql(EVENT, 'old')),
      after_event: after(rowSql(EVENT, 'new')),
      current_epoch: epochOf('coalesce(new.job_id, old.job_id)'),
    }),
  );

const noteArtifact = ({ trigger, note }: Parts) =>
  trigger(
    'note_artifact',
    note('artifacts', 'lower(tg_op)', 'coalesce(new.job_id, old.job_id)', {
      before: before('to_jsonb(old)'),
      after: after('to_jsonb(new)'),
      current_epoch: epochOf('coalesce(new.job_id, old.job_id)'),
    }),
  );

/**
 * Lines are added without a lock on the job, by what the statement's snapshot shows: the trigger may see a later epoch that the statement
 * could not. It is told only where the row's writer had surely committed before that snapshot: backend_xmin is the oldest transaction
 * that was under way for it. (Transaction numbers do not wrap around in a test.)
 */
const noteLine = ({ trigger, note }: Parts) =>
  trigger(
    'note_line',
    note('job_logs', `'insert'`, 'new.job_id', {
      after_line: rowSql(LINE, 'new'),
      current_epoch: `(select j.epoch from jobs j where j.id = new.job_id and (j.epoch = new.epoch
      or j.xmin::text::bigint < (select a.backend_xmin::text::bigint from pg_stat_get_activity(pg_backend_pid()) a)))`,
    }),
  );

const noteStopping = ({ trigger, note, leader }: Parts) =>
  trigger(
    'note_stopping',
    note('stopping_attempts', 'lower(tg_op)', 'coalesce(new.job_id, old.job_id)', {
      before: before(`to_jsonb(old) - 'token'`),
      after: after(`to_jsonb(new) - 'token'`),
      leader,
    }),
  );

const noteLeader = ({ trigger, note }: Parts) =>
  trigger(
    'note_leader',
    note('leaders', 'lower(tg_op)', 'null', { before: before('to_jsonb(old)'), after: after('to_jsonb(new)') }),
  );

/** The functions of the triggers, one for each table. */
export function functionsSql({ writer, sinceStart }: Witness): string[] {
  const parts = { trigger: triggerOf(writer), note: noteAs(sinceStart), leader: LEADER(sinceStart) };
  return [noteJob, noteHistory, noteEvent, noteArtifact, noteLine, noteStopping, noteLeader].map((sql) => sql(parts));
}
