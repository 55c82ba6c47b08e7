import { HttpException } from '@nestjs/common';
import { type Fault, type FaultCode, fault, isFault } from '@windlass/faults';

const OF_FASTIFY: Record<string, FaultCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'http.body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'http.content-type-unsupported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'http.body-malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'http.body-malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'http.body-malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'http.route-unknown',
};

const OF_STATUS: Record<number, FaultCode> = {
  404: 'http.route-unknown',
  405: 'http.method-not-allowed',
  408: 'http.request-timeout',
  413: 'http.body-too-large',
  415: 'http.content-type-unsupported',
  429: 'http.rate-limited',
};

const ADVICE: Partial<Record<FaultCode, string>> = {
  'http.body-too-large': 'Send a smaller body; large content belongs into a file (POST /v1/files).',
  'http.content-type-unsupported': 'Send the body as application/json.',
};

/** What Nest and Fastify throw, as our own fault. Undefined: a bug. */
export function faultOfException(exception: unknown): Fault | undefined {
  if (isFault(exception)) return exception;
  const cause = exception instanceof HttpException ? (exception.cause ?? exception) : exception;
  if (isFault(cause)) return cause;
  const { code, statusCode } = errorFields(cause);
  const status = exception instanceof HttpException ? exception.getStatus() : statusCode;
  const known =
    (code === undefined ? undefined : OF_FASTIFY[code]) ?? (status === undefined ? undefined : ofStatus(status));
  return known && fault(known, { detail: ADVICE[known] ?? 'The request could not be read.', cause: exception });
}

function ofStatus(status: number): FaultCode | undefined {
  return OF_STATUS[status] ?? (status >= 400 && status < 500 ? 'http.request-malformed' : undefined);
}

function errorFields(error: unknown): { code?: string; statusCode?: number } {
  if (typeof error !== 'object' || error === null) return {};
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof statusCode === 'number' ? { statusCode } : {}),
  };
}
