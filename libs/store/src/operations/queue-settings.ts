import { recordAudit } from './audit.js';
import { type Connectable, runTransaction } from './run-transaction.js';
import { type Queryable, runStatement, storableText } from './statement.js';

/** Row of `queues`. A type's own queue has one only while it has settings. */
export interface QueueSettings {
  name: string;
  /** Made by an operator. */
  named: boolean;
  /** Ms since the epoch. */
  pausedAt: number | null;
  maxRunning: number | null;
}

interface Row {
  name: string;
  named: boolean;
  paused_at: Date | null;
  max_running: number | null;
}

const COLUMNS = 'name, named, paused_at, max_running';

const asSettings = (row: Row): QueueSettings => ({
  name: row.name,
  named: row.named,
  pausedAt: row.paused_at?.getTime() ?? null,
  maxRunning: row.max_running,
});

/** Queues with settings, by name; one of them when it is named. At most 10,000. */
export async function listQueueSettings(db: Queryable, name?: string): Promise<QueueSettings[]> {
  const rows = await runStatement<Row>(
    db,
    'list-queue-settings',
    `select ${COLUMNS} from queues where $1::text is null or name = $1 order by name limit 10000`,
    [name ?? null],
  );
  return rows.map(asSettings);
}

export interface QueueChange {
  name: string;
  /** What a queue without a row becomes: one that an operator has made, or a type's own with settings. */
  named: boolean;
  paused?: boolean;
  /** Null lifts the limit. */
  maxRunning?: number | null;
  auditId: string;
  tenantId: string;
  actor: string;
}

/** Operators' calls; a claim holds the row for some ms. */
const LOCK_TIMEOUT_MS = 2_000;

const ADD = `
insert into queues (name, named, created_at, changed_at, changed_by) select $1::text, $2::boolean, at, at, $3::text from (select windlass_now() as at) clock
on conflict (name) do update set named = queues.named or excluded.named`;

const CHANGE = `
update queues set
  paused_at = case when $2::boolean is null then paused_at when $2::boolean then coalesce(paused_at, windlass_now()) end,
  max_running = case when $3::boolean then $4::int else max_running end, changed_at = windlass_now(), changed_by = $5::text
where name = $1::text returning ${COLUMNS}`;

/**
 * Changes what is given, with its line in the audit log. A claim that starts after the commit obeys it; what runs goes on. A pause that
 * stands keeps its moment.
 */
export async function changeQueueSettings(db: Connectable, change: QueueChange): Promise<QueueSettings> {
  const { name, named, paused, maxRunning } = change;
  const actor = storableText(change.actor);
  return runTransaction(db, LOCK_TIMEOUT_MS, async (tx) => {
    await runStatement(tx, 'add-queue', ADD, [name, named, actor]);
    const limited = maxRunning !== undefined;
    const values = [name, paused ?? null, limited, maxRunning ?? null, actor];
    const [row] = await runStatement<Row>(tx, 'change-queue', CHANGE, values);
    // Somebody who deletes it waits for this transaction.
    if (!row) throw new Error(`queue ${name} is gone from its own transaction`);
    await recordAudit(tx, {
      id: change.auditId,
      tenantId: change.tenantId,
      actor: change.actor,
      action: paused === undefined ? 'queues.put' : paused ? 'queues.pause' : 'queues.resume',
      object: name,
      ...(limited ? { detail: { maxRunning } } : {}),
    });
    return asSettings(row);
  });
}

/** Forgets a queue's row, with its line in the audit log. False: it had none. */
export async function removeQueueSettings(
  db: Connectable,
  removal: Pick<QueueChange, 'name' | 'auditId' | 'tenantId' | 'actor'>,
): Promise<boolean> {
  const { name, auditId, tenantId, actor } = removal;
  return runTransaction(db, LOCK_TIMEOUT_MS, async (tx) => {
    const rows = await runStatement(tx, 'remove-queue', 'delete from queues where name = $1::text returning name', [
      name,
    ]);
    if (rows.length === 0) return false;
    await recordAudit(tx, { id: auditId, tenantId, actor, action: 'queues.remove', object: name });
    return true;
  });
}
