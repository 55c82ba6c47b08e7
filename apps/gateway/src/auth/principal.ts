import type { Scope } from '@windlass/client';
import { fault } from '@windlass/faults';
import type { FastifyRequest } from 'fastify';

/** Who calls, as the token proved it. */
export interface Principal {
  readonly subject: string;
  readonly tenantId: string;
  readonly scopes: ReadonlySet<string>;
  /** The token is worthless from then on; ms since the epoch. */
  readonly expiresAtMs: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard on every route under `/v1`. */
    principal: Principal | undefined;
  }
}

export const SCOPES: readonly Scope[] = [
  'jobs:write',
  'jobs:read',
  'files:write',
  'files:read',
  'queues:read',
  'queues:write',
  'audit:read',
  'keys:admin',
  'admin',
];

/** The same form as `TenantId` in the contracts; checked here, since it comes from outside. */
export const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export function isAllowed(principal: Principal, scope: Scope): boolean {
  return principal.scopes.has(scope) || principal.scopes.has('admin');
}

export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw fault('internal.bug', { cause: 'route without guard' });
  return request.principal;
}
