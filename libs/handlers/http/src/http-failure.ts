import { FailJob, RetryJob } from '@windlass/handler-kit';

/** Stable words for programs. `http.status-404` and the like carry the status that was answered. */
export type HttpCode =
  | 'http.url-invalid'
  | 'http.scheme-refused'
  | 'http.userinfo-refused'
  | 'http.port-refused'
  | 'http.address-refused'
  | 'http.header-refused'
  | 'http.body-refused'
  | 'http.secret-unknown'
  | 'http.secret-not-for-origin'
  | 'http.secret-unusable'
  | 'http.too-many-redirects'
  | 'http.redirect-invalid'
  | 'http.request-invalid'
  | 'http.dns'
  | 'http.connection'
  | 'http.tls'
  | 'http.timeout'
  | 'http.protocol'
  | 'http.too-many-connections'
  | 'http.circuit-open'
  | `http.status-${number}`;

/** The same request would be refused again: the job ends. */
export function refuse(code: HttpCode, message: string): FailJob {
  return new FailJob(message, code);
}

/** Another attempt may do better, after the job's own backoff. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  constructor(
    readonly code: HttpCode,
    message: string,
  ) {
    super(message);
    // What failed lies outside: where in this package it was noticed helps no reader of the job.
    this.stack = '';
  }
}

/** Another attempt, not before `delayMs` from now. */
export function postpone(code: HttpCode, message: string, delayMs: number): RetryJob {
  return new RetryJob(message, delayMs, code);
}
