import { type JobContext, RetryJob } from '@windlass/handler-kit';
import { loadHttpConfig } from '../config/http.config.js';
import type { ResolveHost } from '../guard/resolve-host.js';
import { HttpCaller, type HttpCallerOptions } from '../http-caller.js';
import type { HttpRequestPayload, HttpRequestResult } from '../http-request.types.js';

/** Names as a test has them; what is not there does not exist. */
export function resolverOf(names: Record<string, string[]>): ResolveHost {
  return async (host) => {
    const found = names[host];
    if (!found) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    return found;
  };
}

export interface CallerSetup extends Omit<HttpCallerOptions, 'config'> {
  env?: Record<string, string>;
  names?: Record<string, string[]>;
}

export function callerOf({ env = {}, names = {}, ...options }: CallerSetup = {}): HttpCaller {
  return new HttpCaller({ config: loadHttpConfig(env), resolve: resolverOf(names), ...options });
}

export interface TestContext extends JobContext {
  lines: string[];
}

export function contextOf(options: { jobId?: string; attempt?: number; signal?: AbortSignal } = {}): TestContext {
  const { jobId = 'job-1', attempt = 1, signal = new AbortController().signal } = options;
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  return { jobId, attempt, signal, log, lines } as unknown as TestContext;
}

export interface CallEnd {
  result?: HttpRequestResult;
  /** Of the error. */
  code?: string;
  message?: string;
  final?: boolean;
  delayMs?: number;
  thrown?: unknown;
}

/** Calls, and answers the end whichever it is. */
export async function endOf(
  caller: HttpCaller,
  payload: HttpRequestPayload,
  context: JobContext = contextOf(),
): Promise<CallEnd> {
  try {
    return { result: await caller.call(payload, context) };
  } catch (thrown) {
    const { code, message, name } = thrown as { code?: string; message: string; name: string };
    return {
      ...(code === undefined ? {} : { code }),
      ...{ message, final: name === 'FailJob', thrown },
      ...(thrown instanceof RetryJob ? { delayMs: thrown.delayMs } : {}),
    };
  }
}
