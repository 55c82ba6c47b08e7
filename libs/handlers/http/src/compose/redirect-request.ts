import type { ComposedRequest } from './compose-request.js';

/** All that goes along to another origin. Everything else may be a credential, whatever its name. */
const FOR_EVERYBODY = new Set(['user-agent', 'accept', 'accept-encoding', 'accept-language', 'content-type']);
const BODY_HEADERS = new Set(['content-type', 'content-encoding', 'content-language']);

/**
 * The request that follows a redirect, by the rules of fetch: 303, and 301 or 302 after a POST, make it a GET without a body. To
 * another origin go neither secrets nor signature nor any header of the submitter's beyond those that tell nothing.
 */
export function redirectRequest(request: ComposedRequest, status: number, from: URL, to: URL): ComposedRequest {
  const { method } = request;
  const becomesGet = (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST');
  const names = Object.keys(request.headers).filter(
    (name) => (from.origin === to.origin || FOR_EVERYBODY.has(name)) && !(becomesGet && BODY_HEADERS.has(name)),
  );
  const headers = Object.fromEntries(names.map((name) => [name, request.headers[name] ?? '']));
  // Without its body the signature says nothing, and a GET needs no key.
  if (becomesGet) for (const name of names) if (/^(webhook-|idempotency-key$)/.test(name)) delete headers[name];
  return { ...request, headers, ...(becomesGet ? { method: 'GET', body: undefined } : {}) };
}
