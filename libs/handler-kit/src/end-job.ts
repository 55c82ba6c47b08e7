/**
 * How a thrown error asks for what comes next. A registered symbol and not `instanceof`: the handler's package may have another
 * copy of this module than the worker.
 */
export const WISH = Symbol.for('windlass.handler.retry');
export type RetryWish = 'default' | 'never' | { delayMs: number };
export type Wish = RetryWish | 'cancel';

/** Thrown by a handler: the job fails for good, without another attempt. */
export class FailJob extends Error {
  override readonly name: string = 'FailJob';
  readonly [WISH]: Wish = 'never';
  /** @param code stable word for programs, such as `cad.truncated` */
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

/** Thrown by a handler: try again, not before `delayMs` from now. Counts as an attempt. */
export class RetryJob extends Error {
  override readonly name: string = 'RetryJob';
  readonly [WISH]: Wish;
  /** @param code stable word for programs, such as `api.rate-limited` */
  constructor(
    message: string,
    readonly delayMs: number,
    readonly code?: string,
  ) {
    super(message);
    this[WISH] = { delayMs };
  }
}

/** Thrown by a handler: the job has become pointless. It ends as `cancelled`, the message is the reason. */
export class CancelJob extends Error {
  override readonly name: string = 'CancelJob';
  readonly [WISH]: Wish = 'cancel';
  constructor(message = 'The handler cancelled the job.') {
    super(message);
  }
}

const UNITS_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The forms that `delay` of a submission has.
 * @throws TypeError for anything else
 */
export function delayMsOf(delay: number | string): number {
  const [, count, unit] = /^(\d{1,15})(ms|s|m|h|d)$/.exec(String(delay)) ?? [];
  const delayMs = typeof delay === 'number' ? delay : Number(count) * (UNITS_MS[unit ?? ''] ?? Number.NaN);
  if (delayMs >= 0) return delayMs;
  throw new TypeError('retryAfter takes milliseconds from 0, or text such as "500ms", "30s", "5m", "2h", "7d".');
}
