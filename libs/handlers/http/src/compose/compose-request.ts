import type { Secret } from '../config/read-secrets.js';
import { refuse } from '../http-failure.js';
import type { HttpMethod, HttpRequestPayload, RequestBody } from '../http-request.types.js';
import { findSecret } from './find-secret.js';
import { signWebhook } from './sign-webhook.js';

/** What goes out, whatever host it goes to. */
export interface ComposedRequest {
  method: HttpMethod;
  headers: Record<string, string>;
  body: Buffer | undefined;
  /** Values that must not come back in what is recorded. */
  sentSecrets: readonly string[];
}

export interface ComposeContext {
  secrets: ReadonlyMap<string, Secret>;
  /** The receiver's origin: secrets are meant for some only. */
  origin: string;
  jobId: string;
  /** Wall clock, ms. */
  nowMs: number;
}

/** They say how a connection is used, or whom it is for: that is not the submitter's to decide. */
const NOT_FOR_SUBMITTERS =
  /^(host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|http2-settings|proxy-.*)$/;
const SAFE_METHODS: ReadonlySet<HttpMethod> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** @throws FailJob */
export function composeRequest(payload: HttpRequestPayload, context: ComposeContext): ComposedRequest {
  const method = payload.method ?? (payload.body ? 'POST' : 'GET');
  const { bytes: body, type } = encodeBody(payload.body);
  if (body && (method === 'GET' || method === 'HEAD')) {
    throw refuse('http.body-refused', `${method} takes no body.`);
  }
  const own = ownHeaders(payload, context);
  const headers: Record<string, string> = { 'user-agent': 'windlass', 'accept-encoding': 'gzip, deflate, br' };
  if (type !== undefined) headers['content-type'] = type;
  // The same over all attempts, so that a receiver knows the second one of a request that it has already served.
  if (!SAFE_METHODS.has(method)) headers['idempotency-key'] = context.jobId;
  Object.assign(headers, own.headers);
  if (payload.signature) {
    const secret = findSecret(context.secrets, payload.signature.secret, context.origin);
    const seconds = Math.floor(context.nowMs / 1_000);
    Object.assign(headers, signWebhook(secret, { id: context.jobId, seconds, body: body ?? Buffer.alloc(0) }));
  }
  return { method, headers, body, sentSecrets: own.sentSecrets };
}

function ownHeaders({ headers = {}, signature }: HttpRequestPayload, { secrets, origin }: ComposeContext) {
  const composed: Record<string, string> = {};
  const sentSecrets: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (NOT_FOR_SUBMITTERS.test(key) || (signature && key.startsWith('webhook-'))) {
      throw refuse('http.header-refused', `Header ${key} cannot be set.`);
    }
    if (typeof value === 'string') {
      composed[key] = value;
      continue;
    }
    const secret = findSecret(secrets, value.secret, origin);
    composed[key] = `${value.prefix ?? ''}${secret.value}`;
    sentSecrets.push(secret.value);
  }
  return { headers: composed, sentSecrets };
}

function encodeBody(body: RequestBody | undefined): { bytes?: Buffer; type?: string } {
  if (!body) return {};
  if ('text' in body) return { bytes: Buffer.from(body.text), type: 'text/plain; charset=utf-8' };
  if ('base64' in body) return { bytes: Buffer.from(body.base64, 'base64'), type: 'application/octet-stream' };
  return { bytes: Buffer.from(JSON.stringify(body.json)), type: 'application/json' };
}
