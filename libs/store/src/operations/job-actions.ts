import type { ActionFilter, ActionKind, ActionView } from '@windlass/contracts';
import type { EntityManager } from 'typeorm';
import { JobActionEntity } from '../entities/index.js';
import { recordAudit } from './audit.js';
import { type Queryable, runStatement, storableText } from './statement.js';

export interface NewAction {
  id: string;
  tenantId: string;
  actor: string;
  action: ActionKind;
  filter: ActionFilter;
  maxJobs: number;
  auditId: string;
}

const BEGIN = `
insert into job_actions (id, tenant_id, action, filter, state, max_jobs, matched, changed, actor, created_at)
select $1::uuid, $2::text, $3::text, $4::jsonb, 'running', $5::int, 0, 0, $6::text, windlass_now()
where (select count(*) from job_actions where tenant_id = $2 and state = 'running') < $7::int
returning id`;

/**
 * Enters an action with its line in the audit log. False: the tenant has `maxRunning` running ones.
 * @param tx a transaction: the count holds until its end, by a lock on the tenant
 */
export async function beginActionInStore(tx: Queryable, action: NewAction, maxRunning: number): Promise<boolean> {
  const { id, tenantId, actor, filter, maxJobs } = action;
  await runStatement(tx, 'lock-actions', 'select pg_advisory_xact_lock(hashtextextended($1::text, 9))', [tenantId]);
  const values = [id, tenantId, action.action, JSON.stringify(filter), maxJobs, storableText(actor), maxRunning];
  const rows = await runStatement(tx, 'begin-action', BEGIN, values);
  if (rows.length === 0) return false;
  const detail = { action: action.action, filter, maxJobs };
  await recordAudit(tx, { id: action.auditId, tenantId, actor, action: 'actions.begin', object: id, detail });
  return true;
}

/** Ends a running action; false: there is none. What it has done stays done. `tx` is a transaction, for the audit log. */
export async function stopActionInStore(
  tx: Queryable,
  { id, tenantId, actor, auditId }: { id: string; tenantId: string; actor: string; auditId: string },
): Promise<boolean> {
  const rows = await runStatement(
    tx,
    'stop-action',
    `update job_actions set state = 'stopped', finished_at = windlass_now()
     where id = any($1::uuid[]) and tenant_id = $2 and (state || '') = 'running' returning id`,
    [[id], tenantId],
  );
  if (rows.length === 0) return false;
  await recordAudit(tx, { id: auditId, tenantId, actor, action: 'actions.stop', object: id });
  return true;
}

/** `manager` is bound to the tenant. */
export async function readActionInStore(manager: EntityManager, id: string): Promise<ActionView | undefined> {
  const row = await manager.findOneBy(JobActionEntity, { id });
  return row ? viewOf(row) : undefined;
}

/** Newest first. Uses job_actions_by_tenant. */
export async function listActionsInStore(
  manager: EntityManager,
  tenantId: string,
  limit: number,
): Promise<ActionView[]> {
  const rows = await manager.find(JobActionEntity, {
    where: { tenantId },
    order: { tenantId: 'DESC', id: 'DESC' },
    take: limit,
  });
  return rows.map(viewOf);
}

function viewOf(row: JobActionEntity): ActionView {
  return {
    id: row.id,
    action: row.action,
    filter: row.filter,
    state: row.state,
    maxJobs: row.maxJobs,
    matched: row.matched,
    changed: row.changed,
    actor: row.actor,
    createdAt: row.createdAt.getTime(),
    ...(row.finishedAt ? { finishedAt: row.finishedAt.getTime() } : {}),
  };
}

/** An action as the clockwork sees it. */
export interface RunningAction {
  id: string;
  tenantId: string;
  action: ActionKind;
  filter: ActionFilter;
  maxJobs: number;
  matched: number;
  /** Jobs with a smaller id than this are to be looked at. */
  cursor: string | undefined;
  actor: string;
}

interface RunningRow {
  id: string;
  tenant_id: string;
  action: ActionKind;
  filter: ActionFilter;
  max_jobs: number;
  matched: number;
  cursor: string | null;
  actor: string;
}

/** Running actions of all tenants with an id above `after`, oldest first. Uses job_actions_running. */
export async function listRunningActions(db: Queryable, after: string, limit: number): Promise<RunningAction[]> {
  const rows = await runStatement<RunningRow>(
    db,
    'list-running-actions',
    `select id, tenant_id, action, filter, max_jobs, matched, cursor, actor from job_actions
     where state = 'running' and id > $1::uuid order by id limit $2::int`,
    [after, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    tenantId: row.tenant_id,
    action: row.action,
    filter: row.filter,
    maxJobs: row.max_jobs,
    matched: row.matched,
    cursor: row.cursor ?? undefined,
    actor: row.actor,
  }));
}
