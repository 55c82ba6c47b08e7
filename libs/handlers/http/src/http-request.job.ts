import { defineJob, type JobContext, type JobDefinition, type JsonSchema } from '@windlass/handler-kit';
import { STATUS_PATTERN } from './answer/expected-status.js';
import type { HttpConfig } from './config/http.config.js';
import {
  DEFAULT_RESPONSE_BYTES,
  DEFAULT_TIMEOUT_MS,
  type HttpRequestPayload,
  type HttpRequestResult,
  MAX_REDIRECTS,
  MAX_RESPONSE_BYTES,
  MAX_TIMEOUT_MS,
} from './http-request.types.js';

const secretName: JsonSchema = { type: 'string', pattern: '^[A-Z][A-Z0-9_]{0,63}$' };
/** One line: what ends it would begin another header. */
const headerText = (maxLength: number): JsonSchema => ({
  type: 'string',
  maxLength,
  pattern: '^[\\t\\x20-\\x7e\\x80-\\xff]*$',
});
const one = (name: string, schema: JsonSchema): JsonSchema => ({
  type: 'object',
  required: [name],
  additionalProperties: false,
  properties: { [name]: schema },
});

const payload: JsonSchema = {
  type: 'object',
  required: ['url'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', title: 'URL', minLength: 8, maxLength: 2_048 },
    method: { enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], title: 'Method' },
    headers: {
      type: 'object',
      title: 'Headers',
      maxProperties: 50,
      propertyNames: { pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$" },
      additionalProperties: {
        anyOf: [
          headerText(4_096),
          {
            type: 'object',
            required: ['secret'],
            additionalProperties: false,
            properties: { secret: secretName, prefix: headerText(100) },
          },
        ],
      },
    },
    body: {
      title: 'Body',
      oneOf: [
        one('json', {}),
        one('text', { type: 'string' }),
        one('base64', { type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' }),
      ],
    },
    signature: one('secret', secretName),
    expectedStatus: {
      type: 'array',
      title: 'Expected status',
      minItems: 1,
      maxItems: 20,
      items: {
        anyOf: [
          { type: 'integer', minimum: 100, maximum: 599 },
          { type: 'string', pattern: STATUS_PATTERN },
        ],
      },
      default: ['2xx'],
    },
    timeoutMs: { type: 'integer', minimum: 1, maximum: MAX_TIMEOUT_MS, default: DEFAULT_TIMEOUT_MS },
    maxResponseBytes: { type: 'integer', minimum: 0, maximum: MAX_RESPONSE_BYTES, default: DEFAULT_RESPONSE_BYTES },
    followRedirects: { type: 'integer', minimum: 0, maximum: MAX_REDIRECTS, default: 0 },
  },
};

const count: JsonSchema = { type: 'integer', minimum: 0 };

const result: JsonSchema = {
  type: 'object',
  required: ['status', 'url', 'redirects', 'headers', 'body', 'timings'],
  additionalProperties: false,
  properties: {
    status: { type: 'integer' },
    url: { type: 'string' },
    redirects: count,
    headers: { type: 'object', additionalProperties: { type: 'string' } },
    body: {
      type: 'object',
      required: ['bytes', 'cut'],
      additionalProperties: false,
      properties: { text: { type: 'string' }, base64: { type: 'string' }, bytes: count, cut: { type: 'boolean' } },
    },
    timings: {
      type: 'object',
      required: ['firstByteMs', 'totalMs'],
      additionalProperties: false,
      properties: { firstByteMs: count, totalMs: count },
    },
  },
};

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;

/** What makes the calls. Given as a promise: only a worker that runs such a job loads the HTTP client. */
export interface Caller {
  call(payload: HttpRequestPayload, context: JobContext): Promise<HttpRequestResult>;
}

export function defineHttpRequest(
  openCaller: () => Promise<Caller>,
): JobDefinition<HttpRequestPayload, HttpRequestResult> {
  let opened: Promise<Caller> | undefined;
  return defineJob({
    name: 'http.request',
    version: 1,
    payload,
    result,
    // Beyond the longest timeoutMs, which ends the call itself: an inline handler cannot be killed.
    limits: { softMs: MAX_TIMEOUT_MS + 10 * S, hardMs: MAX_TIMEOUT_MS + 30 * S },
    // The schedule that Standard Webhooks proposes, some 32 hours of it: long enough for somebody to mend the receiver in the morning.
    retry: {
      maxAttempts: 8,
      backoff: { kind: 'list', delaysMs: [5 * S, 5 * MIN, 30 * MIN, 2 * H, 5 * H, 10 * H, 14 * H], jitter: 0.1 },
      onTimeout: true,
    },
    // It waits for others and computes nothing: a process for each would cost a thousand times what it does. Tiny, so that one claim
    // fills many slots; inline, they run side by side all the same.
    isolation: 'inline',
    weight: 'tiny',
    slots: 64,
    run: async (request, context) => {
      opened ??= openCaller();
      return (await opened).call(request, context);
    },
  });
}

/** The job type of a worker with this configuration. */
export function httpRequestOf(config: HttpConfig): JobDefinition<HttpRequestPayload, HttpRequestResult> {
  return defineHttpRequest(async () => {
    const { HttpCaller } = await import('./http-caller.js');
    return new HttpCaller({ config });
  });
}
