import { asProblem, type Fault } from '@windlass/faults';
import type { FastifyReply } from 'fastify';

/** Answers a fault as problem details (RFC 9457), with the headers that its status calls for. */
export function sendProblem(reply: FastifyReply, known: Fault, extra: Record<string, unknown> = {}): void {
  if (known.retryAfterMs !== undefined)
    reply.header('retry-after', String(Math.max(1, Math.ceil(known.retryAfterMs / 1000))));
  if (known.status === 401 && !known.headers?.['www-authenticate']) {
    const error = known.code === 'auth.token-missing' ? '' : ', error="invalid_token"';
    reply.header('www-authenticate', `Bearer realm="windlass"${error}`);
  }
  if (known.headers) reply.headers(known.headers);
  reply
    .code(known.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    // As bytes: a serializer of the route must not see it.
    .send(Buffer.from(JSON.stringify({ ...asProblem(known), ...extra })));
}
