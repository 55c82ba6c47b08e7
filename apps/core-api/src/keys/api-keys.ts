import { Injectable } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import { type ApiKeyView, type createKey, keyRevoked, TOPIC } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { ApiKeyEntity, type Database, storeFault } from '@windlass/store';
import type { EntityManager } from 'typeorm';
import type { CorePorts } from '../core-ports.js';

/** API keys: hashes only. The secret itself is made by the gateway and never comes here. */
@Injectable()
export class ApiKeys {
  private readonly db: Database;

  constructor(private readonly ports: Pick<CorePorts, 'db' | 'broker' | 'runtime' | 'logger'>) {
    this.db = ports.db;
  }

  async create(request: Static<typeof createKey.schema>): Promise<ApiKeyView> {
    const id = this.ports.runtime.uuid();
    await this.engine(
      `insert into api_keys (id, tenant_id, name, scopes, secret_hash, created_by, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, windlass_now(), to_timestamp($7::float8 / 1000))`,
      [
        id,
        request.tenantId,
        request.name,
        request.scopes,
        request.secretHash,
        request.createdBy,
        request.expiresAt ?? null,
      ],
    );
    return this.read(request.tenantId, id);
  }

  async list(tenantId: string): Promise<{ items: ApiKeyView[] }> {
    const rows = await this.reader(tenantId, (manager) =>
      manager.find(ApiKeyEntity, { order: { id: 'DESC' }, take: 1000 }),
    );
    return { items: rows.map(viewOf) };
  }

  /** Takes effect at once on every gateway that hears the broadcast, within its cache time on the others. */
  async revoke(tenantId: string, id: string): Promise<ApiKeyView> {
    const before = await this.read(tenantId, id);
    await this.engine(
      'update api_keys set revoked_at = coalesce(revoked_at, windlass_now()) where id = $1 and tenant_id = $2',
      [id, tenantId],
    );
    await this.ports.broker
      .broadcast(TOPIC.keyRevoked, keyRevoked.encode({ id }))
      .catch((error: unknown) =>
        this.ports.logger.warn({ operation: 'keys', error }, 'a revocation was not broadcast'),
      );
    return before.revokedAt === undefined ? this.read(tenantId, id) : before;
  }

  async verify(secretHash: string): Promise<ApiKeyView> {
    const rows = await this.engine<ApiKeyEntity & { id: string }>(
      `select id, tenant_id as "tenantId" from api_keys
       where secret_hash = $1 and revoked_at is null and (expires_at is null or expires_at > windlass_now())`,
      [secretHash],
    );
    const row = rows[0];
    if (!row) throw fault('auth.token-invalid', { detail: 'This API key is not known, has expired or was revoked.' });
    return this.read(row.tenantId, row.id);
  }

  private async read(tenantId: string, id: string): Promise<ApiKeyView> {
    const row = await this.reader(tenantId, (manager) => manager.findOneBy(ApiKeyEntity, { id }));
    if (!row) throw fault('keys.unknown', { detail: 'There is no API key with this id.' });
    return viewOf(row);
  }

  private async engine<R>(text: string, values: unknown[]): Promise<R[]> {
    try {
      return await this.db.sources.engine.query(text, values);
    } catch (error) {
      throw storeFault(error);
    }
  }

  private async reader<T>(tenantId: string, read: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.db.sources.readAs(tenantId, read);
    } catch (error) {
      throw storeFault(error);
    }
  }
}

function viewOf(row: ApiKeyEntity): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    tenantId: row.tenantId,
    scopes: row.scopes,
    createdAt: row.createdAt.getTime(),
    ...(row.expiresAt ? { expiresAt: row.expiresAt.getTime() } : {}),
    ...(row.revokedAt ? { revokedAt: row.revokedAt.getTime() } : {}),
  };
}
