import type { TokenClaims } from '@windlass/testing';
import type { FuzzAnswer, FuzzRequest, SendOptions } from '../http/send-request.js';

/** A running platform as its clients see it, with tokens of any tenant. */
export interface Platform {
  readonly url: string;
  tokenFor(claims: TokenClaims): Promise<string>;
  /** As tenant `fuzz` with all scopes unless the request brings its own Authorization. An empty one: without. */
  send(request: FuzzRequest, options?: SendOptions): Promise<FuzzAnswer>;
  /** Sends JSON, reads JSON; throws on any other status than 2xx. */
  call<T>(method: string, path: string, body?: unknown, token?: string): Promise<T>;
  /** What it wrote to its log at level error, the end of it. */
  readonly errors: string;
  readonly isRunning: boolean;
  stop(): Promise<void>;
}

/** The tenant that cases run as. */
export const TENANT = 'fuzz';
