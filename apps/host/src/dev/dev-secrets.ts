import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT } from 'jose';

export const DEV_ISSUER = 'windlass-dev';
export const DEV_AUDIENCE = 'windlass';

/** The signing secret of one data directory: made at its first start, mode 0600, so that tokens outlive a restart. */
export async function readDevSecret(directory: string): Promise<string> {
  const path = join(directory, 'jwt-secret');
  const known = await readFile(path, 'utf8').catch(() => undefined);
  if (known) return known.trim();
  const secret = randomBytes(48).toString('base64url');
  await writeFile(path, secret, { mode: 0o600, flag: 'wx' });
  return secret;
}

/** A token of tenant `tenant` with these scopes, for a development platform. */
export function mintToken(
  secret: string,
  claims: { subject: string; tenant: string; scope: string; issuer: string; audience: string; lifeSeconds: number },
): Promise<string> {
  return new SignJWT({ tenant: claims.tenant, scope: claims.scope })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(claims.subject)
    .setIssuer(claims.issuer)
    .setAudience(claims.audience)
    .setIssuedAt()
    .setExpirationTime(`${claims.lifeSeconds}s`)
    .sign(new TextEncoder().encode(secret));
}
