import { hash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Broker, Subscription } from '@windlass/broker';
import type { Runtime } from '@windlass/clock';
import { keyRevoked, TOPIC, verifyKey, verifyKeyReply } from '@windlass/contracts';
import { fault, messageOf } from '@windlass/faults';
import type { Logger, RpcClient } from '@windlass/service-kit';
import { LRUCache } from 'lru-cache';
import { BROKER, KEYS_CORE, LOGGER, RUNTIME } from '../gateway-ports.js';
import type { Principal } from './principal.js';

const API_KEY = /^wlk_[A-Za-z0-9_-]{43}$/;
/** How long a revoked key may live on where the broadcast of its revocation was lost. */
const KEPT_MS = 5_000;
/** Longer than any verification can be under way: its answer may be older than the revocation. */
const REVOKED_KEPT_MS = 60_000;
const MAX_KEPT = 10_000;
const LISTEN_AGAIN_MS = 2_000;
/** Different keys that core is being asked about: a flood of made-up ones must not fill the way to core. */
const MAX_UNDER_WAY = 500;

interface Known {
  keyId: string;
  principal: Principal;
  untilMs: number;
}

/** API keys: only their hash leaves this process, and core says whose they are. */
@Injectable()
export class ApiKeyVerifier implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly known = new LRUCache<string, Known>({ max: MAX_KEPT });
  private readonly revokedAtMs = new LRUCache<string, number>({ max: MAX_KEPT });
  private readonly underWay = new Map<string, Promise<Principal>>();
  private subscription: Subscription | undefined;
  private stopped = false;

  constructor(
    @Inject(BROKER) private readonly broker: Broker,
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(KEYS_CORE) private readonly core: RpcClient,
  ) {}

  static looksLikeKey(token: string): boolean {
    return token.startsWith('wlk_');
  }

  /** Answers at once what is known already. */
  verify(token: string): Principal | Promise<Principal> {
    if (!API_KEY.test(token))
      throw fault('auth.token-invalid', { detail: 'The API key was refused: it is not whole.' });
    const secretHash = hashOfKey(token);
    const known = this.known.get(secretHash);
    if (known && this.runtime.monotonicMs() < known.untilMs && this.runtime.now() < known.principal.expiresAtMs)
      return known.principal;
    const asked = this.underWay.get(secretHash);
    if (asked) return asked;
    if (this.underWay.size >= MAX_UNDER_WAY)
      throw fault('http.overloaded', { detail: 'Too many API keys are being verified. Try again in a moment.' });
    const asking = this.ask(secretHash);
    this.underWay.set(secretHash, asking);
    return asking;
  }

  forget(keyId: string): void {
    this.revokedAtMs.set(keyId, this.runtime.monotonicMs());
    for (const [secretHash, known] of this.known.entries()) if (known.keyId === keyId) this.known.delete(secretHash);
  }

  onApplicationBootstrap(): void {
    // Not awaited: the gateway starts, and answers 503, also while the broker is away.
    void this.listen();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.subscription?.cancel().catch(() => undefined);
  }

  private async ask(secretHash: string): Promise<Principal> {
    try {
      const key = await this.core.call(verifyKey, verifyKeyReply, { secretHash });
      const revokedAtMs = this.revokedAtMs.get(key.id);
      const expiresAtMs = key.expiresAt ?? Number.POSITIVE_INFINITY;
      if (expiresAtMs <= this.runtime.now()) throw fault('auth.token-invalid', { detail: 'The API key has expired.' });
      if (revokedAtMs !== undefined && this.runtime.monotonicMs() - revokedAtMs < REVOKED_KEPT_MS) {
        throw fault('auth.token-invalid', { detail: 'The API key was revoked.' });
      }
      const principal: Principal = {
        subject: `key:${key.id}`,
        tenantId: key.tenantId,
        scopes: new Set(key.scopes),
        expiresAtMs,
      };
      this.known.set(secretHash, { keyId: key.id, principal, untilMs: this.runtime.monotonicMs() + KEPT_MS });
      return principal;
    } finally {
      this.underWay.delete(secretHash);
    }
  }

  private async listen(): Promise<void> {
    while (!this.stopped && !this.subscription) {
      try {
        this.subscription = await this.broker.listen(TOPIC.keyRevoked, (body) => this.hear(body));
        if (this.stopped) await this.subscription.cancel();
      } catch (error) {
        this.logger.debug({ operation: 'listen keys.revoked', cause: messageOf(error) }, 'not listening yet');
        await this.runtime.sleep(LISTEN_AGAIN_MS);
      }
    }
  }

  private hear(body: Uint8Array): void {
    try {
      this.forget(keyRevoked.decode(body).id);
    } catch (error) {
      this.logger.warn(
        { operation: 'hear keys.revoked', cause: messageOf(error) },
        'unreadable revocation: all keys are asked for again',
      );
      this.known.clear();
    }
  }
}

export function hashOfKey(token: string): string {
  return hash('sha256', token, 'hex');
}
