import { Readable } from 'node:stream';
import { fault } from '@windlass/faults';
import type { FileStore } from '@windlass/files';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { attachment } from './name-file.js';

/** An object as it was recorded. */
export interface RecordedObject {
  key: string;
  name: string;
  contentType: string;
  size: number;
  sha256: string;
  etag: string;
}

const PRESIGNED_SECONDS = 300;

/**
 * Streams an object out, and refuses one that is not what was recorded. `redirect`: sends the client to the storage instead, where
 * that can hand out URLs.
 */
export async function sendObject(
  files: FileStore,
  object: RecordedObject,
  redirect: boolean,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const fileName = object.name.split('/').at(-1) ?? object.name;
  if (redirect && files.presign) {
    const { key, contentType } = object;
    const url = await files.presign.getUrl(key, { fileName, contentType, expiresInSeconds: PRESIGNED_SECONDS });
    reply.header('cache-control', 'no-store').redirect(url, 302);
    return;
  }
  setHeaders(reply, object, fileName);
  if (request.headers['if-none-match'] === `"${object.sha256}"`) {
    reply.code(304).send();
    return;
  }
  reply.header('content-length', String(object.size));
  if (request.method === 'HEAD') {
    // Not without a body: Fastify would then set the length to 0.
    reply.send(Readable.from([]));
    return;
  }
  // Stops the storage's stream when the client goes away.
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(fault('files.unavailable')));
  const { size, etag, sha256 } = object;
  const { content } = await files.get(object.key, { expect: { size, etag, sha256 }, signal: gone.signal });
  await reply.send(content);
}

function setHeaders(reply: FastifyReply, object: RecordedObject, fileName: string): void {
  reply.headers({
    'content-type': object.contentType,
    'content-disposition': attachment(fileName),
    etag: `"${object.sha256}"`,
    'cache-control': 'private, no-cache',
    // A stored page must neither run here nor be taken for something else.
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  });
}
