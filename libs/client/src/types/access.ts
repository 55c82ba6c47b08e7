/** What a token or key may do. `admin` may everything. Queues belong to the installation, the rest to the tenant. */
export type Scope =
  | 'jobs:write'
  | 'jobs:read'
  | 'files:write'
  | 'files:read'
  | 'queues:read'
  | 'queues:write'
  | 'audit:read'
  | 'keys:admin'
  | 'admin';

export interface CreateApiKeyRequest {
  name: string;
  scopes: Scope[];
  expiresAt?: string;
}

export interface ApiKey {
  id: string;
  name: string;
  tenantId: string;
  scopes: string[];
  createdAt: string;
  expiresAt?: string;
  revokedAt?: string;
}

/** `key` is shown this once. */
export interface CreatedApiKey extends ApiKey {
  key: string;
}

/** What somebody did that is not a submission: cancel, replay, bulk actions, changes of queues. */
export interface AuditEntry {
  id: string;
  at: string;
  /** Subject of the token. */
  actor: string;
  /** `cancel`, `replay`, `actions.begin`, `queues.pause` … */
  action: string;
  /** Id or name of what it was done to. */
  object: string;
  detail?: Record<string, unknown>;
}

/** Newest first. */
export interface ListAuditQuery {
  /** 1–100. */
  limit?: number;
  cursor?: string;
}
