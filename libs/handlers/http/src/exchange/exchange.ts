import type { RetryJob } from '@windlass/handler-kit';
import type { Agent, Dispatcher } from 'undici';
import { leastWaitMs } from '../answer/read-retry-after.js';
import type { CallEnd, Circuits } from '../circuit/circuits.js';
import type { ComposedRequest } from '../compose/compose-request.js';
import { Unreachable } from '../guard/connect-checked.js';
import type { Target } from '../guard/destinations.js';
import { postpone, RequestFailed } from '../http-failure.js';
import { explainFailure } from './explain-failure.js';

export interface ExchangeContext {
  agent: Agent;
  circuits: Circuits;
  attempt: number;
  /** Ends the exchange; what it aborts with is thrown as it is. */
  signal: AbortSignal;
  timeoutMs: number;
  random(): number;
}

export type Answer = Dispatcher.ResponseData;

/** A timeout that was shorter says more about who asked than about who was asked. */
const TELLING_TIMEOUT_MS = 5_000;

/** One request to one host, up to the answer's headers. @throws FailJob, RequestFailed, RetryJob, the signal's reason */
export async function exchange(target: Target, request: ComposedRequest, context: ExchangeContext): Promise<Answer> {
  const { url } = target;
  const pass = context.circuits.enter(`${target.host}:${target.port}`, url.pathname);
  if ('waitMs' in pass) throw circuitOpen(url.origin, pass.waitMs, context);
  try {
    const answer = await context.agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      signal: context.signal,
      headersTimeout: context.timeoutMs,
      bodyTimeout: context.timeoutMs,
    });
    pass.leave(answer.statusCode >= 500 ? 'failed' : 'answered');
    return answer;
  } catch (thrown) {
    pass.leave(endOf(thrown, context));
    // Its own reason: the attempt's end, or the time that it has.
    throw context.signal.aborted ? context.signal.reason : explainFailure(thrown, url.origin);
  }
}

/** What a call that threw tells of its host. */
function endOf(thrown: unknown, { signal, timeoutMs }: ExchangeContext): CallEnd {
  if (signal.aborted) {
    const late = signal.reason instanceof RequestFailed && signal.reason.code === 'http.timeout';
    return late && timeoutMs >= TELLING_TIMEOUT_MS ? 'failed' : 'undecided';
  }
  const failure = explainFailure(thrown, '');
  // The guard's refusals, this worker's own bounds.
  if (!(failure instanceof RequestFailed) || failure.code === 'http.too-many-connections') return 'undecided';
  return thrown instanceof Unreachable ? 'unreachable' : 'failed';
}

/** A part of the wait by chance: all jobs of a host would else come back at once. */
function circuitOpen(origin: string, waitMs: number, { attempt, random }: ExchangeContext): RetryJob {
  const delayMs = Math.round(Math.max(waitMs, leastWaitMs(attempt)) * (1 + random() * 0.2));
  return postpone('http.circuit-open', `${origin} has failed several times in a row; nothing was sent.`, delayMs);
}
