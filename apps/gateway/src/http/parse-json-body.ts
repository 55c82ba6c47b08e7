import { isUtf8 } from 'node:buffer';
import { type Fault, fault } from '@windlass/faults';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BATCH_ROUTE, BATCH_SHAPE } from '../submit/batch-limits.js';
import { invalid } from './read-fields.js';
import { type ScannedBatch, scanBatch } from './scan-batch.js';
import { scanJson } from './scan-json.js';

/** Deeper than any real payload, and far from where recursive code on the way (validators, handlers) would overflow. */
export const MAX_JSON_DEPTH = 100;

/** JSON is sent without one (RFC 8259, 8.1). Fastify's parser skips it, and what then counts bytes from the start finds nothing. */
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

declare module 'fastify' {
  interface FastifyRequest {
    /** Source text of the body's `payload` member, byte for byte as it was sent. */
    payloadText: string | undefined;
    /** On the batch route: that of each job. */
    payloadTexts: (string | undefined)[] | undefined;
  }
}

/** The only parser for JSON: bounded depth, no `__proto__`, and the payload's source text is kept. */
export function addJsonParser(fastify: FastifyInstance): void {
  fastify.decorateRequest('payloadText', undefined);
  fastify.decorateRequest('payloadTexts', undefined);
  fastify.removeAllContentTypeParsers();
  // Fastify's own: refuses keys that would pollute prototypes in whoever merges the object later.
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (!isPlain(request)) {
      return done(fault('http.content-type-unsupported', { detail: 'Send the body without Content-Encoding.' }));
    }
    if (!isUtf8(bytes)) return done(malformed('it is not UTF-8'));
    if (bytes.subarray(0, BOM.length).equals(BOM)) {
      return done(malformed('it begins with a byte order mark (BOM, U+FEFF); send it without'));
    }
    const text = bytes.toString('utf8');
    const isBatch = request.routeOptions.url === BATCH_ROUTE;
    if (isBatch) {
      // Before it is parsed: four times the usual size is room for shapes that cost far more to parse than to look at.
      const { beyond, texts } = scanBatch(text, { ...BATCH_SHAPE, maxDepth: MAX_JSON_DEPTH });
      if (beyond) return done(tooMuch(beyond));
      request.payloadTexts = texts;
    }
    parse(request, text, (error, value) => {
      if (error) return done(malformed(text === '' ? 'it is empty' : whyNot(text, isBatch)));
      if (isBatch) return done(null, value);
      const { depth, member } = scanJson(text, 'payload', MAX_JSON_DEPTH);
      if (depth > MAX_JSON_DEPTH) return done(tooMuch('depth'));
      request.payloadText = member;
      done(null, value);
    });
  });
}

function isPlain(request: FastifyRequest): boolean {
  const encoding = request.headers['content-encoding'];
  return encoding === undefined || encoding.toLowerCase() === 'identity';
}

function tooMuch(beyond: NonNullable<ScannedBatch['beyond']>): Fault {
  if (beyond === 'depth')
    return fault('http.body-too-deep', { detail: `Nest objects and arrays at most ${MAX_JSON_DEPTH} deep.` });
  if (beyond === 'items') return invalid([{ path: '/jobs', message: `must have 1 to ${BATCH_SHAPE.maxItems} items` }]);
  return invalid([{ path: '', message: `the body has more than ${BATCH_SHAPE.maxMembers} members beside payloads` }]);
}

/** Fastify's parser does not say which of its two reasons it had. */
function whyNot(text: string, isBatch: boolean): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  const rule = 'the keys __proto__ and constructor.prototype are not allowed';
  const jobs = isBatch ? (value as { jobs?: unknown } | null)?.jobs : undefined;
  const index = Array.isArray(jobs) ? jobs.findIndex(hasForbiddenKey) : -1;
  return index < 0 ? rule : `${rule}, and /jobs/${index} has one`;
}

/** By the same rule as Fastify's parser. As deep as the parser's limit on nesting at the most. */
function hasForbiddenKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.hasOwn(value, '__proto__')) return true;
  const maker: unknown = Object.hasOwn(value, 'constructor') ? value.constructor : undefined;
  if (typeof maker === 'object' && maker !== null && Object.hasOwn(maker, 'prototype')) return true;
  return Object.values(value).some(hasForbiddenKey);
}

function malformed(why: string) {
  return fault('http.body-malformed', { detail: `The body was refused: ${why}.` });
}
