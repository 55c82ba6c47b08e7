import { SignJWT } from 'jose';

export interface TokenClaims {
  tenant: string;
  scope?: string;
}

export interface TokenIssuer {
  secret: string;
  issuer: string;
  audience: string;
}

/** A token that is in order, for an hour. */
export function mintToken(by: TokenIssuer, claims: TokenClaims): Promise<string> {
  return new SignJWT({ tenant: claims.tenant, scope: claims.scope ?? 'admin' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('fuzz')
    .setIssuer(by.issuer)
    .setAudience(by.audience)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(by.secret));
}
