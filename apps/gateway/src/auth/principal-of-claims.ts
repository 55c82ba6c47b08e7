import { type Fault, fault } from '@windlass/faults';
import { PLAIN_TEXT } from '../http/plain-text.decorator.js';
import { type Principal, TENANT_ID } from './principal.js';

const MAX_SCOPES = 50;

/** The claims of a token whose signature, issuer, audience and times hold already. */
export function principalOfClaims(claims: Record<string, unknown>): Principal {
  const { sub, tenant, scope, exp } = claims;
  // A token without an end could never be taken back.
  if (typeof exp !== 'number' || !Number.isFinite(exp)) throw refused('it has no exp');
  if (typeof sub !== 'string' || sub === '' || sub.length > 255 || !PLAIN_TEXT.test(sub))
    throw refused('its sub is missing or not plain text');
  if (typeof tenant !== 'string' || !TENANT_ID.test(tenant))
    throw refused('its tenant is missing or not an identifier');
  if (scope !== undefined && typeof scope !== 'string') throw refused('its scope is not a string');
  const scopes = new Set((scope ?? '').split(' ').filter(Boolean).slice(0, MAX_SCOPES));
  return { subject: sub, tenantId: tenant, scopes, expiresAtMs: exp * 1000 };
}

function refused(why: string): Fault {
  return fault('auth.token-invalid', { detail: `The token was refused: ${why}.` });
}
