import { SignJWT } from 'jose';

/** A token of tenant `bench` with all scopes, for longer than any run. */
export function tokenFor(secret: string, { issuer, audience }: { issuer: string; audience: string }): Promise<string> {
  return new SignJWT({ tenant: 'bench', scope: 'admin' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('bench')
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('12h')
    .sign(new TextEncoder().encode(secret));
}
