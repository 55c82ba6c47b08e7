import type { AuditEntry } from '@windlass/contracts';
import { type EntityManager, LessThan } from 'typeorm';
import { AuditEntity } from '../entities/index.js';
import { type Queryable, runStatement, storableJson, storableText } from './statement.js';

export interface NewAuditEntry {
  /** UUIDv7: entries are read in its order. */
  id: string;
  /** Of the one who did it: also for what belongs to the installation. */
  tenantId: string;
  actor: string;
  /** `replay`, `actions.begin`, `queues.pause` … */
  action: string;
  /** Id or name of what it was done to. */
  object: string;
  detail?: Record<string, unknown>;
}

/** One line of the audit log. Give it the transaction of what it tells about: then there is neither without the other. */
export async function recordAudit(db: Queryable, entry: NewAuditEntry): Promise<void> {
  await runStatement(
    db,
    'record-audit',
    `insert into audit_log (id, tenant_id, at, actor, action, object, detail)
     values ($1::uuid, $2::text, windlass_now(), $3::text, $4::text, $5::text, $6::jsonb) on conflict (id) do nothing`,
    [
      entry.id,
      entry.tenantId,
      storableText(entry.actor),
      entry.action,
      storableText(entry.object),
      storableJson(entry.detail),
    ],
  );
}

/** Newest first, those with a smaller id than `before`. `manager` is bound to the tenant. Uses audit_log_by_tenant. */
export async function listAuditInStore(
  manager: EntityManager,
  query: { tenantId: string; before?: string; limit: number },
): Promise<{ items: AuditEntry[]; next?: string }> {
  const rows = await manager.find(AuditEntity, {
    where: { tenantId: query.tenantId, ...(query.before ? { id: LessThan(query.before) } : {}) },
    order: { tenantId: 'DESC', id: 'DESC' },
    take: query.limit + 1,
  });
  const items = rows.slice(0, query.limit).map(({ id, at, actor, action, object, detail }) => ({
    id,
    at: at.getTime(),
    actor,
    action,
    object,
    ...(detail ? { detail } : {}),
  }));
  const last = items.at(-1);
  return { items, ...(rows.length > query.limit && last ? { next: last.id } : {}) };
}
