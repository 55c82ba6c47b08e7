import type { Type } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { fault } from '@windlass/faults';
import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy, type StrategyOptionsWithoutRequest } from 'passport-jwt';
import type { GatewayConfig } from '../config/gateway.config.js';
import type { Principal } from './principal.js';
import { principalOfClaims } from './principal-of-claims.js';

/** Keys of an issuer change rarely; an hour bounds how long a withdrawn one is still believed. */
const KEYS_KEPT_MS = 3_600_000;
const KEYS_TIMEOUT_MS = 1_500;

/**
 * Passport keeps strategies in one list per process, so each gateway registers its own under its own name: two in one process
 * must not verify each other's tokens.
 */
export function createJwtStrategy(name: string, config: GatewayConfig): Type<object> {
  return class JwtStrategy extends PassportStrategy(Strategy, name) {
    constructor() {
      super(strategyOptions(config));
    }

    validate(claims: Record<string, unknown>): Principal {
      return principalOfClaims(claims);
    }
  };
}

function strategyOptions(config: GatewayConfig): StrategyOptionsWithoutRequest {
  const common = {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    ignoreExpiration: false,
  };
  // The algorithms follow from the kind of key, never from the token: else a public key could serve as an HS256 secret.
  if (config.jwksUrl === undefined) return { ...common, algorithms: ['HS256'], secretOrKey: config.jwtSecret ?? '' };
  return {
    ...common,
    algorithms: ['RS256', 'ES256'],
    secretOrKeyProvider: passportJwtSecret({
      jwksUri: config.jwksUrl,
      cache: true,
      cacheMaxAge: KEYS_KEPT_MS,
      // Unknown key ids make it ask the issuer: a bound, so that forged tokens cannot make us flood it.
      rateLimit: true,
      jwksRequestsPerMinute: 10,
      timeout: KEYS_TIMEOUT_MS,
      handleSigningKeyError: (error, done) => done(faultOfKeyFetch(error)),
    }),
  };
}

/** An unknown key id, or too many of them, speaks against the token; anything else means that the issuer did not answer. */
function faultOfKeyFetch(error: Error | null): Error | null {
  if (error === null || error.name === 'SigningKeyNotFoundError' || error.name === 'JwksRateLimitError') return error;
  return fault('auth.keys-unavailable', {
    detail: 'The keys of the token issuer could not be fetched. Try again.',
    cause: error,
  });
}
