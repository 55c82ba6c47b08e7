import type { CallOptions } from '../start-gateway.fixture.js';

/** A request that must be refused, and how. */
export interface Case {
  name: string;
  method?: string;
  path?: string;
  options: CallOptions;
  status: number;
  code: string;
  field?: string;
  /** Part of the detail. */
  says?: string;
}

export const json = { 'content-type': 'application/json' };
export const job = (extra: Record<string, unknown>): CallOptions => ({ json: { type: 'hash', payload: 1, ...extra } });
export const body = (text: string | Buffer): CallOptions => ({ body: text as string, headers: json });
export const key = (text: string): CallOptions => ({
  json: { type: 'hash', payload: 1 },
  headers: { 'idempotency-key': text },
});
export const bad = 'http.fields-invalid';
export const malformed = 'http.body-malformed';
