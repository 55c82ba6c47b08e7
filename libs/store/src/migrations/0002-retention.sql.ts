/**
 * What the retention may do, as functions of the owner: the engine itself has no right to drop a partition or to delete an event.
 * Each call is one bounded step. The engine's connections keep the planner to indexes by id, which is wrong here. Dropping needs the
 * tables for itself for a moment: whoever comes meanwhile waits, so it gives up soon and comes again.
 */
const AS_OWNER = `security definer set search_path = windlass, pg_temp set lock_timeout = '1s' set enable_seqscan = on
  set enable_nestloop = on set enable_mergejoin = on set plan_cache_mode = auto`;

/** The folder of one run. Tenant ids have no other character that `attemptPrefix` of libs/files would encode. */
const RUN_PREFIX = `'tenants/' || replace(tenant_id, '_', '__') || '/jobs/' || id || '/' || run || '/'`;

const FUNCTIONS = [
  'watch_week(text, text, float8)',
  'sweep_week(text, text, float8, bigint, int)',
  'drop_week(text, text, float8, uuid[])',
  'sweep_default(text, float8, int)',
  'retire_records(float8, float8, int)',
];

export const RETENTION_SQL: string[] = [
  // Nothing younger than a day ever goes, whoever calls.
  `create function check_retention(class text, keep_days float8) returns timestamptz language plpgsql set search_path = windlass, pg_temp as $$ begin
     if class not in ('short', 'standard', 'long') or keep_days < 1 then raise exception 'retention: class % or days %', class, keep_days; end if;
     return windlass_now() - keep_days * interval '1 day';
   end $$`,

  // Which jobs ended since the sweep of their week began: their rows stand anywhere among those that were swept.
  // Each end has a row of its own: one that is not committed yet must not lean on an older one that watch_week takes away.
  `create table late_ends (n bigint generated always as identity primary key, retention text not null, made_in text not null, id uuid not null)`,
  `create function note_late_end() returns trigger language plpgsql ${AS_OWNER} as $$ begin
     insert into late_ends (retention, made_in, id) values (tg_argv[0], tg_argv[1], new.id);
     return null;
   end $$`,
  // Before the sweep of a week, committed apart from it: waits for those who write there, so that each end is either seen by the
  // sweep or noted. What was noted for an earlier sweep this one sees.
  `create function watch_week(class text, week text, keep_days float8) returns boolean language plpgsql ${AS_OWNER} as $$
   declare leaf text := format('job_history_%s_%s', class, week);
   begin
     perform check_retention(class, keep_days);
     delete from late_ends where retention = class and made_in = week;
     if to_regclass(leaf) is not null and not exists (select from pg_trigger where tgrelid = to_regclass(leaf) and tgname = 'note_late_end') then
       execute format('create trigger note_late_end after insert on %I for each row execute function note_late_end(%L, %L)', leaf, class, week);
     end if;
     return true;
   end $$`,

  // What ended late (a delay, a replay) counts from its end: its ids are answered, to be kept by drop_week. Files of the rest become
  // garbage, in the transaction that takes away what referred to them. Goes through the partition by its pages: no index to keep.
  `create function sweep_week(class text, week text, keep_days float8, from_page bigint, pages int, out next_page bigint, out late uuid[])
   language plpgsql ${AS_OWNER} as $$
   declare
     older timestamptz := check_retention(class, keep_days);
     leaf text := format('job_history_%s_%s', class, week);
     span text := format('h.ctid >= ''(%s,0)'' and h.ctid < ''(%s,0)''', from_page, from_page + pages);
     total bigint; files int;
   begin
     late := '{}';
     if to_regclass(leaf) is null then return; end if;
     total := pg_relation_size(leaf::regclass) / current_setting('block_size')::bigint;
     execute format('select coalesce(array_agg(id), ''{}'') from (select distinct id from %I h where %s and finished_at >= $1 limit 10000) l', leaf, span)
       into late using older;
     execute format('
       with stored as (update %1$I h set result_file = null where %2$s and h.finished_at < $1 and h.result_file is not null returning h.tenant_id, h.id, h.run),
       few as (select a.ctid as place from artifacts a join %1$I h on h.id = a.job_id and h.run = a.run where %2$s and h.finished_at < $1 limit 5000),
       gone as (delete from artifacts a where a.ctid = any(array(select place from few)) returning a.tenant_id, a.job_id as id, a.run),
       added as (insert into garbage (id, prefix, due_at, created_at)
         select gen_random_uuid(), ${RUN_PREFIX.replaceAll("'", "''")}, windlass_now(), windlass_now()
         from (select * from stored union select * from gone) littered)
       select count(*) from gone', leaf, span) into files using older;
     -- A page may be left with artifacts: it is looked at again.
     next_page := case when files = 5000 then from_page when from_page + pages < total then from_page + pages end;
   end $$`,

  // Drops a week of history, events and logs. What is kept goes to the default partitions, where its own end counts: jobs that
  // ended late (their earlier runs go from there next), and events and logs of jobs that have not ended.
  `create function drop_week(class text, week text, keep_days float8, keep uuid[]) returns int language plpgsql ${AS_OWNER} as $$
   declare
     older timestamptz := check_retention(class, keep_days);
     starts timestamptz := to_date(week, 'YYYYMMDD')::timestamp at time zone 'UTC';
     tab text; leaf text := format('job_history_%s_%s', class, week); unfinished uuid[]; dropped int := 0;
   begin
     if starts + interval '7 days' > older then raise exception 'retention: week % of class % is not over', week, class; end if;
     if to_regclass(leaf) is not null and not exists (select from pg_trigger where tgrelid = to_regclass(leaf) and tgname = 'note_late_end') then
       raise exception 'retention: week % of class % is not watched', week, class;
     end if;
     foreach tab in array array['job_history', 'job_events', 'job_logs'] loop
       leaf := format('%s_%s_%s', tab, class, week);
       if to_regclass(leaf) is not null then execute format('alter table %I detach partition %I', tab || '_' || class, leaf); end if;
     end loop;
     -- With the leaves locked, so that nobody ends there any more.
     keep := array(select unnest(keep) union select l.id from late_ends l where l.retention = class and l.made_in = week);
     unfinished := array(select id from jobs where id >= uuid_floor(starts) and id < uuid_floor(starts + interval '7 days')
       and retention = class and (epoch > 0 or run > 1));
     foreach tab in array array['job_history', 'job_events', 'job_logs'] loop
       leaf := format('%s_%s_%s', tab, class, week);
       continue when to_regclass(leaf) is null;
       if tab = 'job_history' then
         execute format('insert into job_history select * from %I where retention = $1 and id = any($2)', leaf) using class, keep;
       else
         execute format('insert into %I select * from %I where retention = $1 and job_id = any($2)', tab, leaf) using class, keep || unfinished;
       end if;
       execute format('drop table %I', leaf);
       dropped := dropped + 1;
     end loop;
     delete from late_ends l where l.retention = class and l.made_in = week;
     return dropped;
   end $$`,

  ...['short', 'standard', 'long'].map(
    (retention) => `create index job_history_${retention}_other_end on job_history_${retention}_other (finished_at)`,
  ),
  // The default partitions are not dropped: some rows at a time. Events and logs of earlier runs may have come without a history row of
  // their own: they go with the run that had one. Uses job_history_<class>_other_end.
  `create function sweep_default(class text, keep_days float8, batch int) returns int language plpgsql ${AS_OWNER} as $$
   declare
     older timestamptz := check_retention(class, keep_days);
     ids uuid[]; runs int[];
   begin
     execute format('select array_agg(id), array_agg(run) from (select id, run from %I where finished_at < $1 order by finished_at limit $2) o',
       'job_history_' || class || '_other') into ids, runs using older, batch;
     if ids is null then return 0; end if;
     with old as (select * from unnest(ids, runs) as o(id, run)),
     files as (delete from artifacts a using old where a.job_id = old.id and a.run = old.run returning a.tenant_id, a.job_id as id, a.run),
     ended as (delete from job_history h using old where h.retention = class and h.id = old.id and h.run = old.run
       returning h.tenant_id, h.id, h.run, h.result_file),
     told as (delete from job_events e using old where e.retention = class and e.job_id = old.id and e.run <= old.run),
     logged as (delete from job_logs l using old where l.retention = class and l.job_id = old.id and l.run <= old.run)
     insert into garbage (id, prefix, due_at, created_at)
     select gen_random_uuid(), ${RUN_PREFIX}, windlass_now(), windlass_now()
     from (select tenant_id, id, run from files union select tenant_id, id, run from ended where result_file is not null) littered;
     return cardinality(ids);
   end $$`,

  // Both have ids by time (UUIDv7), so the primary key finds the old ones.
  `create function retire_records(audit_days float8, action_days float8, batch int) returns int language plpgsql ${AS_OWNER} as $$
   declare lines int; ended int;
   begin
     delete from audit_log where id in (
       select id from audit_log where id < uuid_floor(check_retention('long', audit_days)) order by id limit batch);
     get diagnostics lines = row_count;
     delete from job_actions where id in (
       select id from job_actions where id < uuid_floor(check_retention('long', action_days)) and state <> 'running'
         and finished_at < check_retention('long', action_days) order by id limit batch);
     get diagnostics ended = row_count;
     return lines + ended;
   end $$`,

  'revoke all on function check_retention(text, float8) from public',
  'revoke all on function note_late_end() from public',
  ...FUNCTIONS.flatMap((name) => [
    `revoke all on function ${name} from public`,
    `grant execute on function ${name} to windlass_engine`,
  ]),
];
