import { Injectable } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import type { ActionView, AuditEntry, beginAction, listAudit, stopAction } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import {
  beginActionInStore,
  listActionsInStore,
  listAuditInStore,
  readActionInStore,
  runTransaction,
  stopActionInStore,
  storeFault,
} from '@windlass/store';
import type { EntityManager } from 'typeorm';
import type { CorePorts } from '../core-ports.js';
import { checkFilter } from './check-filter.js';

/** Of one tenant at a time: each has its turn, and more of them only make all of them slower. */
const MAX_RUNNING = 10;
/** A page of the newest ones. */
const MAX_LISTED = 100;
/** A turn of the clockwork keeps an action for some ten milliseconds. */
const LOCK_TIMEOUT_MS = 4_000;

/** Bulk actions as their owners see them; the scheduler works them off. Reads are bound to the tenant. */
@Injectable()
export class JobActions {
  constructor(private readonly ports: Pick<CorePorts, 'db' | 'runtime'>) {}

  /** Throws `http.fields-invalid`, `actions.too-many`. */
  async begin(request: Static<typeof beginAction.schema>): Promise<ActionView> {
    checkFilter(request.action, request.filter);
    const { runtime } = this.ports;
    const action = { ...request, id: runtime.uuid(), auditId: runtime.uuid() };
    const begun = await this.write((tx) => beginActionInStore(tx, action, MAX_RUNNING));
    if (!begun)
      throw fault('actions.too-many', {
        detail: `${MAX_RUNNING} actions are running. Wait for one of them to end, or stop one.`,
        retryAfterMs: 5_000,
      });
    return this.read(request.tenantId, action.id);
  }

  async read(tenantId: string, id: string): Promise<ActionView> {
    const action = await this.as(tenantId, (manager) => readActionInStore(manager, id));
    if (!action)
      throw fault('actions.unknown', {
        detail: 'There is no action with this id. Ended ones are forgotten after a month.',
      });
    return action;
  }

  async list(tenantId: string): Promise<{ items: ActionView[] }> {
    return { items: await this.as(tenantId, (manager) => listActionsInStore(manager, tenantId, MAX_LISTED)) };
  }

  /** One that has ended answers as it is. */
  async stop({ tenantId, id, actor }: Static<typeof stopAction.schema>): Promise<ActionView> {
    await this.read(tenantId, id);
    const auditId = this.ports.runtime.uuid();
    await this.write((tx) => stopActionInStore(tx, { id, tenantId, actor, auditId }));
    return this.read(tenantId, id);
  }

  audit(query: Static<typeof listAudit.schema>): Promise<{ items: AuditEntry[]; next?: string }> {
    return this.as(query.tenantId, (manager) => listAuditInStore(manager, query));
  }

  private write<T>(work: Parameters<typeof runTransaction<T>>[2]): Promise<T> {
    return runTransaction(this.ports.db.engine, LOCK_TIMEOUT_MS, work).catch((error: unknown) => {
      throw storeFault(error);
    });
  }

  private async as<T>(tenantId: string, read: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.ports.db.sources.readAs(tenantId, read);
    } catch (error) {
      throw storeFault(error);
    }
  }
}
