import { invalid } from '../http/read-fields.js';

/** Below what load balancers usually allow a quiet connection. */
export const MAX_WAIT_MS = 60_000;

/** `30s` or `1500ms`, at most 60 s. */
export function parseWait(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, digits, unit] = /^(\d{1,6})(ms|s)$/.exec(text) ?? [];
  const waitMs = unit === undefined ? Number.NaN : Number(digits) * (unit === 's' ? 1000 : 1);
  if (!(waitMs <= MAX_WAIT_MS))
    throw invalid([{ path: 'wait', message: 'must be a duration such as 30s or 500ms, at most 60s' }]);
  return waitMs;
}
