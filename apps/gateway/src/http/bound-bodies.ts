import { Transform } from 'node:stream';
import type { Runtime } from '@windlass/clock';
import { type Fault, fault } from '@windlass/faults';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Principal, principalOf } from '../auth/principal.js';
import { shieldBody } from '../files/shield-body.js';

/** Bodies up to this size are not counted: as many as there may be requests are still little. */
export const SMALL_BODY_BYTES = 65_536;
/** Of larger JSON bodies, in the hands of requests that are not answered yet: 32 batches of the largest size. */
export const MAX_BODY_BYTES_HELD = 128 * 1_048_576;

/** One tenant's part of them: a quarter, eight batches of the largest size, leaves room for others whatever it sends. */
const TENANT_PART = 4;
/** For such a body to arrive: 4 MiB at 210 kB/s. Who is slower would hold the place of others; files have no such bound. */
export const BODY_ARRIVES_WITHIN_MS = 20_000;

export interface BodyBounds {
  runtime: Pick<Runtime, 'after'>;
  /** Whose the request is, by its headers alone. Rejects `auth.*`. */
  identify(request: FastifyRequest, reply: FastifyReply): Promise<Principal>;
  /** Why no route takes the request. */
  unknownRoute(request: FastifyRequest): Fault;
  maxBytes?: number;
}

/**
 * Bounds what large bodies hold of this process's memory, in all and for one tenant, from their first byte until the request is
 * answered. Bytes that have arrived count, not announced ones: an announcement costs a hostile sender nothing. Who has no token is
 * refused before a byte is read, who does not finish in time loses the place.
 */
export function boundBodies(fastify: FastifyInstance, bounds: BodyBounds): void {
  const room = new BodyRoom(bounds.maxBytes ?? MAX_BODY_BYTES_HELD);
  fastify.addHook('onRequest', (request, reply, done) => {
    // Fastify reads no body of these methods.
    if (!isLarge(request) || request.method === 'GET' || request.method === 'HEAD') return done();
    if (request.is404) return done(bounds.unknownRoute(request));
    bounds.identify(request, reply).then(
      (principal) => {
        request.principal = principal;
        done();
      },
      (error: Error) => done(error),
    );
  });
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    if (!isLarge(request)) return done(null, payload);
    const { tenantId } = principalOf(request);
    let mine = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, pass) {
        mine += chunk.length;
        const refusal = room.take(tenantId, chunk.length);
        if (refusal) pass(refusal);
        else pass(null, chunk);
      },
    });
    const late = bounds.runtime.after(BODY_ARRIVES_WITHIN_MS, () => counted.destroy(tooSlow()));
    counted.once('close', () => late.cancel());
    counted.once('end', () => late.cancel());
    reply.raw.once('close', () => {
      room.give(tenantId, mine);
      mine = 0;
      // What comes later would never be given back.
      counted.destroy();
    });
    done(null, shieldBody(request.raw, counted));
  });
}

class BodyRoom {
  private held = 0;
  /** Only of tenants that hold something. */
  private readonly tenants = new Map<string, number>();

  constructor(private readonly maxBytes: number) {}

  /** Counts the bytes in any case: they are here. Answers why no more are taken. */
  take(tenantId: string, bytes: number): Fault | undefined {
    const ofTenant = (this.tenants.get(tenantId) ?? 0) + bytes;
    this.tenants.set(tenantId, ofTenant);
    this.held += bytes;
    if (this.held > this.maxBytes) return overloaded();
    return ofTenant > this.maxBytes / TENANT_PART ? tooManyOfTenant() : undefined;
  }

  give(tenantId: string, bytes: number): void {
    this.held -= bytes;
    const left = (this.tenants.get(tenantId) ?? 0) - bytes;
    if (left > 0) this.tenants.set(tenantId, left);
    else this.tenants.delete(tenantId);
  }
}

function isLarge(request: FastifyRequest): boolean {
  const { 'content-length': length, 'content-type': type, 'transfer-encoding': coding } = request.headers;
  if (length === undefined && coding === undefined) return false;
  const bytes = Number(length);
  if (bytes <= SMALL_BODY_BYTES) return false;
  // Files are streamed, not held; and what is announced as too large is refused unread.
  return type !== undefined && /^application\/json/i.test(type) && !(bytes > request.routeOptions.bodyLimit);
}

function overloaded() {
  return fault('http.overloaded', {
    detail: 'Too many large bodies are under way; this one was not read. Try again in a moment.',
    retryAfterMs: 1_000,
  });
}

function tooManyOfTenant() {
  return fault('http.rate-limited', {
    detail: 'Too many large bodies of this tenant are under way; this one was not read. Try again in a moment.',
    retryAfterMs: 1_000,
  });
}

function tooSlow() {
  return fault('http.request-timeout', {
    detail: `Send the body within ${BODY_ARRIVES_WITHIN_MS / 1_000} seconds, or in smaller parts.`,
    // What is left of it would come in its own time.
    headers: { connection: 'close' },
  });
}
