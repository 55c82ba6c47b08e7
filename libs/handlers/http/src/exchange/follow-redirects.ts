import type { ComposedRequest } from '../compose/compose-request.js';
import { redirectRequest } from '../compose/redirect-request.js';
import type { Destinations, Target } from '../guard/destinations.js';
import { refuse } from '../http-failure.js';
import { type Answer, type ExchangeContext, exchange } from './exchange.js';

export interface RedirectOptions {
  destinations: Destinations;
  maxRedirects: number;
  /** A redirect that the submitter expects is the answer. */
  isExpected(status: number): boolean;
  exchange: ExchangeContext;
}

export interface Arrival {
  answer: Answer;
  url: URL;
  redirects: number;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** So much of a redirect's body is read for the sake of its connection; of more the connection is dropped. */
const DUMPED_BYTES = 16 * 1024;

/** Asks the target, and follows. Each hop is checked as the first URL was, before anything is sent. */
export async function followRedirects(
  first: Target,
  firstRequest: ComposedRequest,
  options: RedirectOptions,
): Promise<Arrival> {
  let target = first;
  let request = firstRequest;
  for (let redirects = 0; ; redirects++) {
    const answer = await exchange(target, request, options.exchange);
    const { statusCode: status } = answer;
    const location = [answer.headers.location].flat()[0];
    const follows =
      REDIRECTS.has(status) && location !== undefined && options.maxRedirects > 0 && !options.isExpected(status);
    if (!follows) return { answer, url: target.url, redirects };
    await answer.body.dump({ limit: DUMPED_BYTES, signal: options.exchange.signal });
    if (redirects >= options.maxRedirects) {
      throw refuse('http.too-many-redirects', `More redirects than the ${options.maxRedirects} that are followed.`);
    }
    const next = options.destinations.checkUrl(location, target.url);
    if (target.url.protocol === 'https:' && next.url.protocol === 'http:') {
      throw refuse('http.redirect-invalid', `${target.url.origin} redirects from https to http.`);
    }
    request = redirectRequest(request, status, target.url, next.url);
    target = next;
  }
}
