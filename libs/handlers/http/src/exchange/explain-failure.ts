import { FailJob, RetryJob } from '@windlass/handler-kit';
import { Unreachable } from '../guard/connect-checked.js';
import { type HttpCode, RequestFailed, refuse } from '../http-failure.js';

const BY_CODE: readonly [RegExp, HttpCode, string][] = [
  [
    /^(ENOTFOUND|ENODATA|ESERVFAIL|EREFUSED|ETIMEOUT|EAI_.*|ECANCELLED|EBADNAME|EBADRESP)$/,
    'http.dns',
    'the name cannot be resolved',
  ],
  [/^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/, 'http.timeout', 'it did not answer in time'],
  [
    /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/,
    'http.tls',
    'no trusted TLS connection',
  ],
  [/^(HPE_|UND_ERR_(HEADERS_OVERFLOW|RES_))/, 'http.protocol', 'what it answered is not HTTP/1.1'],
];

/**
 * What an exchange threw, as the job's error. Codes only: messages of sockets name addresses, and those of parsers what was sent.
 * Errors of this package pass as they are.
 */
export function explainFailure(thrown: unknown, origin: string): Error {
  if (thrown instanceof Unreachable) return explainFailure(thrown.reason, origin);
  if (thrown instanceof FailJob || thrown instanceof RequestFailed || thrown instanceof RetryJob) return thrown;
  const code = codeOf(thrown);
  if (code === 'UND_ERR_INVALID_ARG') {
    return refuse('http.request-invalid', 'The request cannot be sent as it is: look at its headers.');
  }
  if (code === 'UND_ERR_MAX_ORIGINS_REACHED') {
    return new RequestFailed('http.too-many-connections', 'This worker talks to as many hosts as it may at a time.');
  }
  const known = BY_CODE.find(([pattern]) => pattern.test(code));
  const [, kind, what] = known ?? [undefined, 'http.connection' as const, 'the connection failed'];
  return new RequestFailed(kind, `${origin}: ${what}${code === '' ? '' : ` (${code})`}.`);
}

/** Of several addresses that were tried each has its own error: the first one's. */
function codeOf(thrown: unknown): string {
  const { code, errors, name } = Object(thrown) as { code?: unknown; errors?: unknown[]; name?: unknown };
  const first = Array.isArray(errors) && errors.length > 0 ? (Object(errors[0]) as { code?: unknown }).code : undefined;
  // The parser of undici names its complaint in the code only where it has a number for it.
  const found = first ?? code ?? (name === 'HTTPParserError' ? 'HPE_INVALID' : undefined);
  return typeof found === 'string' && /^[A-Z0-9_]{1,60}$/.test(found) ? found : '';
}
