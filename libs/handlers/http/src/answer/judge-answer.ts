import { postpone, RequestFailed, refuse } from '../http-failure.js';
import { isPassing } from './expected-status.js';
import { leastWaitMs, MAX_WAIT_MS, readRetryAfter } from './read-retry-after.js';

export interface UnexpectedAnswer {
  origin: string;
  status: number;
  retryAfter: string | undefined;
  /** The beginning of its body, secrets covered; empty when it is no text. */
  excerpt: string;
}

/** What an answer that was not expected means for the job: over, or again. */
export function judgeAnswer(answer: UnexpectedAnswer, attempt: number, nowMs: number): Error {
  const { origin, status, excerpt } = answer;
  const code = `http.status-${status}` as const;
  const message = `${origin} answered ${status}${excerpt === '' ? '' : `: ${excerpt}`}`;
  if (!isPassing(status)) {
    const hint = status >= 300 && status < 400 ? ' Redirects are followed when followRedirects says so.' : '';
    return refuse(code, message + hint);
  }
  const askedMs = readRetryAfter(answer.retryAfter, nowMs);
  if (askedMs === undefined) return new RequestFailed(code, message);
  return postpone(code, message, Math.min(Math.max(askedMs, leastWaitMs(attempt)), MAX_WAIT_MS));
}
