import { type Fault, fault } from '@windlass/faults';
import { MAX_BODY_BYTES } from './limits.js';

export const unavailable = (detail: string, cause?: unknown): Fault =>
  fault('broker.unavailable', cause === undefined ? { detail } : { detail, cause });

export const disconnected = (): Fault => unavailable('The message broker is not connected. Repeat the call later.');

/** The outcome is unknown: what was asked for may have happened. */
export const unanswered = (detail: string): Fault => fault('broker.timeout', { detail });

export function refuseLargeBody(body: Uint8Array): void {
  if (body.byteLength > MAX_BODY_BYTES) {
    throw fault('internal.bug', { cause: `a message of ${body.byteLength} bytes; the bound is ${MAX_BODY_BYTES}` });
  }
}
