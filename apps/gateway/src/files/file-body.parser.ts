import type { FastifyInstance, FastifyRequest } from 'fastify';

export const UPLOAD_ROUTE = '/v1/files';

declare module 'fastify' {
  interface FastifyRequest {
    /** Content-Type of an upload as it was sent. */
    uploadType: string | undefined;
  }
}

/** Leaves the bodies of uploads unread: the route streams them. */
export function addFileBodyParsers(fastify: FastifyInstance): void {
  fastify.decorateRequest('uploadType', undefined);
  fastify.addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null, undefined));
}

/**
 * A file's own type must not choose how its bytes are read: an uploaded JSON document is a file, not a body to parse. So uploads
 * are all given to the parser above, and the type as sent is kept aside. Answers whether the request is an upload.
 */
export function chooseFileParser(request: FastifyRequest): boolean {
  if (request.method !== 'POST' || request.routeOptions.url !== UPLOAD_ROUTE) return false;
  request.uploadType = request.headers['content-type'];
  request.headers['content-type'] = 'application/octet-stream';
  return true;
}
