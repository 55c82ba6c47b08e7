import type { TokenClaims } from '@windlass/testing';
import { repeatRefused } from '../http/repeat-refused.js';
import { type FuzzRequest, type SendOptions, sendRequest } from '../http/send-request.js';
import { describeExchange } from '../report/describe-exchange.js';
import { type Platform, TENANT } from './platform.js';

/** The calls of a platform that answers at `url`. */
export async function reachPlatform(
  url: string,
  tokenFor: (claims: TokenClaims) => Promise<string>,
): Promise<Pick<Platform, 'url' | 'tokenFor' | 'send' | 'call'>> {
  const own = await tokenFor({ tenant: TENANT });
  const send = async (request: FuzzRequest, options?: SendOptions) => {
    const { authorization = `Bearer ${own}`, ...headers } = request.headers ?? {};
    const all = authorization === '' ? headers : { ...headers, authorization };
    return repeatRefused(() => sendRequest(url, { ...request, headers: all }, options));
  };
  return {
    url,
    send,
    tokenFor,
    call: async <T>(method: string, path: string, body?: unknown, token?: string): Promise<T> => {
      const headers = {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const request = { method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const answer = await send(request);
      if (answer.status >= 300) throw new Error(describeExchange(request, answer));
      return (answer.text === '' ? undefined : JSON.parse(answer.text)) as T;
    },
  };
}
