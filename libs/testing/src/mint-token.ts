import { SignJWT } from 'jose';

export interface TokenIssuer {
  /** What the gateway knows as JWT_SECRET. */
  secret: string;
  issuer: string;
  audience: string;
}

export interface TokenClaims {
  tenant: string;
  /** `admin` by default. */
  scope?: string;
}

/** A bearer token that is in order, for a day: longer than any run. */
export function mintToken(by: TokenIssuer, { tenant, scope = 'admin' }: TokenClaims): Promise<string> {
  return new SignJWT({ tenant, scope })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('tester')
    .setIssuer(by.issuer)
    .setAudience(by.audience)
    .setIssuedAt()
    .setExpirationTime('24h')
    .sign(new TextEncoder().encode(by.secret));
}
