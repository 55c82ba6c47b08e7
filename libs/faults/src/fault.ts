import { FAULT_CODES, type FaultCode, type FaultKind } from './fault-codes.js';

/** One field that was refused. `path` is a JSON pointer or a header/query name. */
export interface FieldError {
  path: string;
  message: string;
}

export interface FaultOptions {
  /** Public text: what happened and what to do next. Never holds secrets or internals. */
  detail?: string;
  fields?: FieldError[];
  /** How long a caller should wait before the same call can succeed. */
  retryAfterMs?: number;
  /** Extra HTTP headers, such as Allow. */
  headers?: Record<string, string>;
  /** Internal text or error: for the log only. */
  cause?: unknown;
}

/** The one error class that crosses our own boundaries. Compare `code`, never the message. */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly fields: FieldError[] | undefined;
  readonly retryAfterMs: number | undefined;
  readonly headers: Record<string, string> | undefined;

  constructor(
    readonly code: FaultCode,
    options: FaultOptions = {},
  ) {
    const entry = FAULT_CODES[code];
    super(options.detail ?? entry.title, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.kind = entry.kind;
    this.status = entry.status;
    this.title = entry.title;
    this.detail = options.detail ?? entry.title;
    this.fields = options.fields;
    this.retryAfterMs = options.retryAfterMs ?? (entry.kind === 'retryable' ? 1000 : undefined);
    this.headers = options.headers;
  }
}

export function fault(code: FaultCode, options?: FaultOptions): Fault {
  return new Fault(code, options);
}

export function isFault(error: unknown): error is Fault {
  return error instanceof Fault;
}

/** Text of anything thrown, for logs. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
