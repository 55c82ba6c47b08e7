import { isUtf8 } from 'node:buffer';
import { fault } from '@windlass/faults';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { scanJson } from './scan-json.js';

/** Deeper than any real payload, and far from where recursive code on the way (validators, handlers) would overflow. */
export const MAX_JSON_DEPTH = 100;

declare module 'fastify' {
  interface FastifyRequest {
    /** Source text of the body's `payload` member, byte for byte as it was sent. */
    payloadText: string | undefined;
  }
}

/** The only parser for JSON: bounded depth, no `__proto__`, and the payload's source text is kept. */
export function addJsonParser(fastify: FastifyInstance): void {
  fastify.decorateRequest('payloadText', undefined);
  fastify.removeAllContentTypeParsers();
  // Fastify's own: refuses keys that would pollute prototypes in whoever merges the object later.
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (!isPlain(request)) {
      return done(fault('http.content-type-unsupported', { detail: 'Send the body without Content-Encoding.' }));
    }
    if (!isUtf8(bytes)) return done(malformed('it is not UTF-8'));
    const text = bytes.toString('utf8');
    parse(request, text, (error, value) => {
      if (error) return done(malformed(text === '' ? 'it is empty' : whyNot(text)));
      const { depth, member } = scanJson(text, 'payload', MAX_JSON_DEPTH);
      if (depth > MAX_JSON_DEPTH) {
        return done(fault('http.body-too-deep', { detail: `Nest objects and arrays at most ${MAX_JSON_DEPTH} deep.` }));
      }
      request.payloadText = member;
      done(null, value);
    });
  });
}

function isPlain(request: FastifyRequest): boolean {
  const encoding = request.headers['content-encoding'];
  return encoding === undefined || encoding.toLowerCase() === 'identity';
}

/** Fastify's parser does not say which of its two reasons it had. */
function whyNot(text: string): string {
  try {
    JSON.parse(text);
    return 'the keys __proto__ and constructor.prototype are not allowed';
  } catch {
    return 'it is not JSON';
  }
}

function malformed(why: string) {
  return fault('http.body-malformed', { detail: `The body was refused: ${why}.` });
}
