import { hash } from 'node:crypto';
import { type ExecutionContext, Inject, Injectable, Optional } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { AuthGuard, AuthModuleOptions } from '@nestjs/passport';
import type { Scope } from '@windlass/client';
import type { Runtime } from '@windlass/clock';
import { type Fault, fault } from '@windlass/faults';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { RUNTIME } from '../gateway-ports.js';
import { LoadBounds } from '../http/bound-load.js';
import { faultOfJwt } from './fault-of-jwt.js';
import { NEEDED_SCOPE } from './needs-scope.decorator.js';
import { isAllowed, type Principal } from './principal.js';
import { ApiKeyVerifier } from './verify-api-key.js';

/** Verified tokens that are remembered: about 1 kB each. */
const MAX_KNOWN_TOKENS = 10_000;

/**
 * Guards everything under `/v1`. On the hot route a token that was verified before costs one hash and one look-up; only a new one
 * goes through passport. Tokens themselves are neither kept nor logged. Who is admitted takes a place among the requests under way.
 */
@Injectable()
export class BearerGuard extends AuthGuard() {
  private readonly known = new LRUCache<string, Principal>({ max: MAX_KNOWN_TOKENS });

  constructor(
    @Optional() @Inject(AuthModuleOptions) options: AuthModuleOptions,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(ApiKeyVerifier) private readonly apiKeys: ApiKeyVerifier,
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(LoadBounds) private readonly load: LoadBounds,
  ) {
    super(options);
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!request.routeOptions.url?.startsWith('/v1/')) return true;
    const principal = this.authenticate(request, context);
    if (principal instanceof Promise) return principal.then((verified) => this.admit(context, request, verified));
    return this.admit(context, request, principal);
  }

  /** Whose the request is, before its body is read. Takes no place and looks at no scope: `canActivate` does, later. */
  async identify(request: FastifyRequest, reply: FastifyReply): Promise<Principal> {
    return this.authenticate(request, new ExecutionContextHost([request, reply]));
  }

  private authenticate(request: FastifyRequest, context: ExecutionContext): Principal | Promise<Principal> {
    const token = bearerToken(request.headers.authorization);
    if (ApiKeyVerifier.looksLikeKey(token)) return this.apiKeys.verify(token);
    // By hash, so that a dump of this process's memory holds no tokens for longer than their requests.
    const tokenHash = hash('sha256', token, 'base64');
    const known = this.known.get(tokenHash);
    if (known && this.runtime.now() < known.expiresAtMs) return known;
    return this.verify(context, request, token, tokenHash);
  }

  /** Called by passport's guard: `user` is what the strategy made of the claims. */
  override handleRequest<User>(error: unknown, user: User | false | null, info: unknown): User {
    if (error || !user) throw faultOfJwt(error ?? undefined, info);
    return user;
  }

  private async verify(
    context: ExecutionContext,
    request: FastifyRequest,
    token: string,
    tokenHash: string,
  ): Promise<Principal> {
    // jsonwebtoken reads claims before it looks what they are: on a signed `null` it would fail as on a bug of ours.
    if (!hasClaims(token)) {
      throw fault('auth.token-invalid', { detail: 'The token was refused: its claims are not a JSON object.' });
    }
    await super.canActivate(context);
    const principal = (request as FastifyRequest & { user: Principal }).user;
    this.known.set(tokenHash, principal);
    return principal;
  }

  private admit(context: ExecutionContext, request: FastifyRequest, principal: Principal): boolean {
    const scope = this.reflector.get<Scope | undefined>(NEEDED_SCOPE, context.getHandler());
    if (!scope || !isAllowed(principal, scope)) throw scopeMissing(scope);
    this.load.enter(request, context.switchToHttp().getResponse<FastifyReply>(), principal.tenantId);
    request.principal = principal;
    return true;
  }
}

/** Of a JWT; anything else is left to the verification, which says better what is wrong with it. */
function hasClaims(token: string): boolean {
  const part = token.split('.', 2)[1];
  return part === undefined || !/^\s*null\s*$/.test(Buffer.from(part, 'base64url').toString('latin1'));
}

function bearerToken(header: string | undefined): string {
  if (header === undefined) {
    throw fault('auth.token-missing', { detail: 'Send the header Authorization: Bearer <token or API key>.' });
  }
  const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1];
  if (token === undefined) {
    throw fault('auth.token-invalid', { detail: 'The Authorization header must be: Bearer <token or API key>.' });
  }
  return token;
}

function scopeMissing(scope: Scope | undefined): Fault {
  const needed = scope ?? 'admin';
  return fault('auth.scope-missing', {
    detail: `The token needs the scope ${needed}.`,
    headers: { 'www-authenticate': `Bearer realm="windlass", error="insufficient_scope", scope="${needed}"` },
  });
}
