import type { Runtime } from '@windlass/clock';
import { type Fault, fault } from '@windlass/faults';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { principalOf } from '../auth/principal.js';
import type { GatewayConfig } from '../config/gateway.config.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Gives the request's place back; a second call does nothing. */
    leavePlace: (() => void) | undefined;
  }
}

interface Use {
  requests: number;
  streams: number;
  lists: number;
}

export type LoadLimits = Pick<
  GatewayConfig,
  'maxInFlight' | 'maxInFlightPerTenant' | 'maxStreams' | 'maxStreamsPerTenant' | 'rpcTimeoutMs'
>;

/** Soon enough for a burst, long enough that a refused client costs next to nothing. */
const RETRY_AFTER_MS = 1_000;
/** Lists of jobs are the dearest reads: these take core and its reading connections a fraction of the time that a call has. */
export const MAX_LISTS_PER_TENANT = 32;

/**
 * How much may be under way at a time, in all and for one tenant. Requests take their place once their body is there and their
 * token holds, so that neither a slow sender nor a stranger can fill them; what only waits (long polls, event streams) is counted apart.
 */
export class LoadBounds {
  private requests = 0;
  private streams = 0;
  /** Only of tenants that have something under way. */
  private readonly tenants = new Map<string, Use>();

  constructor(
    private readonly limits: LoadLimits,
    private readonly runtime: Runtime,
  ) {}

  /** What a new request would be refused with; asked before its body is read, since that costs the most. */
  refusal(): Fault | undefined {
    return this.requests < this.limits.maxInFlight ? undefined : overloaded();
  }

  /** Takes a place until the answer is out. Throws `http.overloaded` or `http.rate-limited`. */
  enter(request: FastifyRequest, reply: FastifyReply, tenantId: string): void {
    const use = this.useOf(tenantId);
    if (this.requests >= this.limits.maxInFlight) throw overloaded();
    if (use.requests >= this.limits.maxInFlightPerTenant) throw tooMany('requests');
    this.requests += 1;
    use.requests += 1;
    this.tenants.set(tenantId, use);
    let inside = true;
    const leave = () => {
      if (!inside) return;
      inside = false;
      this.requests -= 1;
      use.requests -= 1;
      this.forgetIdle(tenantId, use);
    };
    request.leavePlace = leave;
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished || !inside) leave();
      // The client is gone, but what was asked for it goes on for as long as a call may take. Its place must not be free before:
      // else clients that hang up at once could have any number of calls under way.
      else this.runtime.after(this.limits.rpcTimeoutMs, leave).unref();
    });
  }

  /**
   * Changes the request's place for one among those that wait. Answers the way to give it back, to be called when nothing is under
   * way for it any more. Throws `http.rate-limited`.
   */
  enterStream(request: FastifyRequest): () => void {
    const { tenantId } = principalOf(request);
    const use = this.useOf(tenantId);
    const full = this.streams >= this.limits.maxStreams || use.streams >= this.limits.maxStreamsPerTenant;
    if (full) throw tooMany('waiting requests and event streams');
    this.streams += 1;
    use.streams += 1;
    this.tenants.set(tenantId, use);
    request.leavePlace?.();
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.streams -= 1;
      use.streams -= 1;
      this.forgetIdle(tenantId, use);
    };
  }

  /** Begins a list of jobs unless too many of its tenant are under way. Throws `http.rate-limited`. */
  async list<T>(tenantId: string, begin: () => Promise<T>): Promise<T> {
    const use = this.useOf(tenantId);
    if (use.lists >= MAX_LISTS_PER_TENANT) throw tooMany('lists of jobs');
    use.lists += 1;
    this.tenants.set(tenantId, use);
    try {
      return await begin();
    } finally {
      use.lists -= 1;
      this.forgetIdle(tenantId, use);
    }
  }

  private useOf(tenantId: string): Use {
    return this.tenants.get(tenantId) ?? { requests: 0, streams: 0, lists: 0 };
  }

  private forgetIdle(tenantId: string, use: Use): void {
    const idle = use.requests === 0 && use.streams === 0 && use.lists === 0;
    if (idle && this.tenants.get(tenantId) === use) this.tenants.delete(tenantId);
  }
}

function overloaded(): Fault {
  return fault('http.overloaded', {
    detail: 'Too many requests are under way; this one was not begun. Try again in a moment.',
    retryAfterMs: RETRY_AFTER_MS,
  });
}

function tooMany(what: string): Fault {
  return fault('http.rate-limited', {
    detail: `Too many ${what} are under way. End some, or try again in a moment.`,
    retryAfterMs: RETRY_AFTER_MS,
  });
}
