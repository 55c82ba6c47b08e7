import { Inject, Injectable } from '@nestjs/common';
import type { Runtime } from '@windlass/clock';
import { fault, isFault } from '@windlass/faults';
import type { FastifyRequest } from 'fastify';
import { RUNTIME } from '../gateway-ports.js';
import { type Principal, principalOf } from './principal.js';
import { ApiKeyVerifier } from './verify-api-key.js';

/** For answers that last: a token that has ended, or a key that was revoked meanwhile, must not go on reading. */
@Injectable()
export class TokenRecheck {
  constructor(
    @Inject(ApiKeyVerifier) private readonly apiKeys: ApiKeyVerifier,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** Whole ms left of the token, at most `mostMs`. */
  leftMs(principal: Principal, mostMs: number): number {
    return Math.max(0, Math.min(mostMs, Math.ceil(principal.expiresAtMs - this.runtime.now())));
  }

  /** Throws `auth.token-invalid`. While core cannot be asked, what was believed before holds. */
  async check(request: FastifyRequest): Promise<void> {
    if (this.leftMs(principalOf(request), 1) <= 0) {
      throw fault('auth.token-invalid', {
        detail: 'The token has expired; get a new one and go on behind the last id.',
      });
    }
    const token = request.headers.authorization?.replace(/^Bearer +/i, '').trim() ?? '';
    if (!ApiKeyVerifier.looksLikeKey(token)) return;
    try {
      await this.apiKeys.verify(token);
    } catch (error) {
      if (isFault(error) && error.kind === 'retryable') return;
      throw error;
    }
  }
}
