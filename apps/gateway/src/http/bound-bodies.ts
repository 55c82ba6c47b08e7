import { Transform } from 'node:stream';
import { fault } from '@windlass/faults';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { shieldBody } from '../files/shield-body.js';

/** Bodies up to this size are not counted: as many as there may be requests are still little. */
export const SMALL_BODY_BYTES = 65_536;
/** Of larger JSON bodies, in the hands of requests that are not answered yet: 32 batches of the largest size. */
export const MAX_BODY_BYTES_HELD = 128 * 1_048_576;

/**
 * Bounds what large bodies hold of this process's memory, from their first byte until the request is answered. Bytes that have
 * arrived count, not announced ones: an announcement costs a hostile sender nothing.
 */
export function boundBodies(fastify: FastifyInstance, maxBytes: number = MAX_BODY_BYTES_HELD): void {
  let held = 0;
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    if (!isLarge(request)) return done(null, payload);
    let mine = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, pass) {
        mine += chunk.length;
        held += chunk.length;
        if (held > maxBytes) pass(overloaded());
        else pass(null, chunk);
      },
    });
    reply.raw.once('close', () => {
      held -= mine;
      mine = 0;
      // What comes later would never be given back.
      counted.destroy();
    });
    done(null, shieldBody(request.raw, counted));
  });
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
