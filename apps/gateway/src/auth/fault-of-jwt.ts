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
  // Neither says anything about the issuer: the one means a key that it does not have, the other too many such questions.
  if (isKeyTrouble(reason) && name !== 'SigningKeyNotFoundError' && name !== 'JwksRateLimitError') {
    return fault('auth.keys-unavailable', { detail: 'The keys of the token issuer could not be fetched. Try again.', cause: reason });
  }
  const why = WHY[name] ?? 'its signature, issuer or audience does not match, or it is not a JWT';
  return fault('auth.token-invalid', { detail: `The token was refused: ${why}.`, cause: reason });
}

function isKeyTrouble(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  return reason.name !== 'JsonWebTokenError' && !(reason.name in WHY) && reason.message !== 'No auth token';
}
