import type { FastifyRequest } from 'fastify';

/** Whether the client asks for server-sent events in place of a page. A HEAD has no use for either. */
export function wantsStream(request: FastifyRequest): boolean {
  return request.method === 'GET' && /\btext\/event-stream\b/i.test(request.headers.accept ?? '');
}

/** Where a client that lost its stream wants to go on. Undefined: from the beginning, or from where the query says. */
export function lastEventId(request: FastifyRequest): string | undefined {
  const id = request.headers['last-event-id'];
  return Array.isArray(id) ? id.join(',') : id;
}
