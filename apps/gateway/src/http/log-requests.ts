import type { Logger } from '@windlass/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** One line per answered request. */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const jobId = jobIdOf(request, reply.getHeader('location'));
    const fields = {
      operation: operationOf(request),
      requestId: request.id,
      ...(jobId === undefined ? {} : { jobId }),
    };
    logger.debug({ ...fields, status: reply.statusCode, elapsedMs: Math.round(reply.elapsedTime) }, 'answered');
    done();
  });
}

/** Pattern, not path: ids in an operation's name would make each request its own operation. */
export function operationOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions?.url ?? 'unknown'}`;
}

function jobIdOf(request: FastifyRequest, location: unknown): string | undefined {
  if (!request.routeOptions.url?.startsWith('/v1/jobs')) return undefined;
  const id = (request.params as { id?: string } | null)?.id;
  return id ?? (typeof location === 'string' ? location.split('/').at(-1) : undefined);
}
