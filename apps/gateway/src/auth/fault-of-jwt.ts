import { type Fault, fault, isFault } from '@windlass/faults';

const WHY: Record<string, string> = {
  TokenExpiredError: 'it has expired; get a new one',
  NotBeforeError: 'it is not valid yet',
};

/** What passport, jsonwebtoken or jwks-rsa had against a token. Their texts stay in the log: some quote the token's parts. */
export function faultOfJwt(error: unknown, info: unknown): Fault {
  const reason = error ?? info;
  if (isFault(reason)) return reason;
  const name = reason instanceof Error ? reason.name : '';
  const why = WHY[name] ?? 'its signature, issuer or audience does not match, or it is not a JWT';
  return fault('auth.token-invalid', { detail: `The token was refused: ${why}.`, cause: reason });
}
