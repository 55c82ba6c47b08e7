import type { WorkerPresence } from '@windlass/contracts';
import { type Queryable, runStatement, storableText } from './statement.js';

export interface WorkerRow extends WorkerPresence {
  name: string;
  incarnation: string;
}

const TEXT = `
insert into workers as w (incarnation, name, host, pid, version, draining, types, started_at, beat_at)
select i.incarnation, i.name, i.host, i.pid, i.version, i.draining, i.types::jsonb, at, at
from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[], $6::boolean[], $7::text[])
  as i(incarnation, name, host, pid, version, draining, types), (select windlass_now() as at) clock
order by i.incarnation
on conflict (incarnation) do update set
  name = excluded.name, host = excluded.host, draining = excluded.draining, types = excluded.types, beat_at = excluded.beat_at`;

/** Who beats, one row an incarnation. */
export async function registerWorkers(db: Queryable, workers: WorkerRow[]): Promise<void> {
  await runStatement(db, 'register-workers', TEXT, [
    workers.map((each) => each.incarnation),
    workers.map((each) => storableText(each.name)),
    workers.map((each) => storableText(each.host)),
    workers.map((each) => each.pid),
    workers.map((each) => storableText(each.version)),
    workers.map((each) => each.draining),
    workers.map((each) => JSON.stringify(each.types)),
  ]);
}

export interface LiveType {
  slots: number;
  /** Those that at least one worker runs. */
  versions: number[];
}

/** Slots and versions of each type over all workers that beat within `withinMs` and do not drain. */
export async function countLiveSlots(db: Queryable, withinMs: number): Promise<Map<string, LiveType>> {
  const rows = await runStatement<LiveType & { type: string }>(
    db,
    'count-live-slots',
    `select t.type, sum(t.slots)::int as slots, array_agg(distinct t.version) as versions
     from workers w, jsonb_to_recordset(w.types) as t(type text, version int, slots int)
     where w.beat_at > (select windlass_now()) - $1::float8 * interval '1 ms' and not w.draining group by t.type`,
    [withinMs],
  );
  return new Map(rows.map(({ type, slots, versions }) => [type, { slots, versions }]));
}
