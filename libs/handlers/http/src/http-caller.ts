import type { JobContext } from '@windlass/handler-kit';
import { Agent } from 'undici';
import { describeBody } from './answer/describe-body.js';
import { isExpected } from './answer/expected-status.js';
import { SecretCover } from './answer/hide-secrets.js';
import { judgeAnswer } from './answer/judge-answer.js';
import { keepHeaders } from './answer/keep-headers.js';
import { type ReadBody, readBody } from './answer/read-body.js';
import type { CircuitPolicy } from './circuit/circuit.js';
import { Circuits } from './circuit/circuits.js';
import { composeRequest } from './compose/compose-request.js';
import type { HttpConfig } from './config/http.config.js';
import type { Answer } from './exchange/exchange.js';
import { explainFailure } from './exchange/explain-failure.js';
import { type Arrival, followRedirects } from './exchange/follow-redirects.js';
import { CheckedConnector, type CheckedConnectorOptions } from './guard/connect-checked.js';
import { Destinations } from './guard/destinations.js';
import { createResolveHost, type ResolveHost } from './guard/resolve-host.js';
import { RequestFailed } from './http-failure.js';
import {
  DEFAULT_RESPONSE_BYTES,
  DEFAULT_TIMEOUT_MS,
  type HttpRequestPayload,
  type HttpRequestResult,
} from './http-request.types.js';

export interface HttpCallerOptions {
  config: HttpConfig;
  resolve?: ResolveHost;
  ownAddresses?: () => ReadonlySet<string>;
  tls?: CheckedConnectorOptions['tls'];
  circuit?: CircuitPolicy;
  clock?: { now(): number; monotonicMs(): number; random(): number };
}

/** A name, a connection and TLS are there within it or not at all. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Of one host, so that it sees no more of one worker at a time than a browser opens for two windows. */
const CONNECTIONS_PER_ORIGIN = 16;
const MAX_ORIGINS = 1_024;
const MAX_SOCKETS = 1_024;
/** Shorter than the 5 s after which Node's own servers hang up: a request on a connection that just closes fails. */
const KEEP_ALIVE_MS = 4_000;
/** However long a server offers to keep it. */
const MAX_KEEP_ALIVE_MS = 30_000;
const EXCERPT_BYTES = 500;

const SYSTEM_CLOCK = { now: () => Date.now(), monotonicMs: () => performance.now(), random: () => Math.random() };

/** Makes the calls of a whole process: all attempts share its connections and its circuits. */
export class HttpCaller {
  private readonly circuits: Circuits;
  private readonly connector: CheckedConnector;
  private readonly agent: Agent;
  private readonly destinations: Destinations;
  private readonly clock: NonNullable<HttpCallerOptions['clock']>;

  constructor(private readonly options: HttpCallerOptions) {
    this.clock = options.clock ?? SYSTEM_CLOCK;
    this.circuits = new Circuits(this.clock.monotonicMs, options.circuit);
    this.destinations = new Destinations(options.config.allow, options.ownAddresses);
    this.connector = new CheckedConnector({
      destinations: this.destinations,
      resolve: options.resolve ?? createResolveHost(),
      timeoutMs: CONNECT_TIMEOUT_MS,
      maxSockets: MAX_SOCKETS,
      ...(options.tls ? { tls: options.tls } : {}),
    });
    this.agent = new Agent({
      connect: this.connector.connect,
      connections: CONNECTIONS_PER_ORIGIN,
      maxOrigins: MAX_ORIGINS,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: MAX_KEEP_ALIVE_MS,
    });
  }

  /** Open now, idle ones included. */
  get sockets(): number {
    return this.connector.open;
  }

  /** @throws FailJob, RequestFailed, RetryJob; the signal's reason when the attempt was aborted */
  async call(payload: HttpRequestPayload, context: JobContext): Promise<HttpRequestResult> {
    const timeoutMs = payload.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const timeout = new AbortController();
    const timer = setTimeout(() => {
      timeout.abort(new RequestFailed('http.timeout', `No whole answer within ${timeoutMs} ms.`));
    }, timeoutMs);
    const signal = AbortSignal.any([context.signal, timeout.signal]);
    try {
      signal.throwIfAborted();
      return await this.callWithin(payload, { context, signal, timeoutMs });
    } catch (thrown) {
      throw signal.aborted ? signal.reason : thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async callWithin(
    payload: HttpRequestPayload,
    { context, signal, timeoutMs }: { context: JobContext; signal: AbortSignal; timeoutMs: number },
  ): Promise<HttpRequestResult> {
    const startedMs = this.clock.monotonicMs();
    const elapsedMs = () => Math.round(this.clock.monotonicMs() - startedMs);
    const { jobId, attempt } = context;
    const target = this.destinations.checkUrl(payload.url);
    const { secrets } = this.options.config;
    const request = composeRequest(payload, { secrets, origin: target.url.origin, jobId, nowMs: this.clock.now() });
    const cover = new SecretCover(request.sentSecrets);
    const arrival = await followRedirects(target, request, {
      destinations: this.destinations,
      maxRedirects: payload.followRedirects ?? 0,
      isExpected: (status) => isExpected(status, payload.expectedStatus),
      exchange: { agent: this.agent, circuits: this.circuits, attempt, signal, timeoutMs, random: this.clock.random },
    });
    const firstByteMs = elapsedMs();
    const expected = isExpected(arrival.answer.statusCode, payload.expectedStatus);
    const maxBytes = expected ? (payload.maxResponseBytes ?? DEFAULT_RESPONSE_BYTES) : EXCERPT_BYTES;
    const body = describeBody(await readAnswer(arrival, maxBytes, cover));
    const { url, answer, redirects } = arrival;
    context.log(`${url.origin} answered ${answer.statusCode} after ${elapsedMs()} ms`, expected ? 'info' : 'warn');
    if (!expected) throw judgeAnswer(unexpected(arrival, body.text ?? ''), attempt, this.clock.now());
    return {
      ...{ status: answer.statusCode, url: cover.hideInText(url.href), redirects },
      ...{ headers: keepHeaders(answer.headers, cover), body, timings: { firstByteMs, totalMs: elapsedMs() } },
    };
  }
}

/** A little more than is kept is read, so that a secret at the cut is covered as well. */
async function readAnswer({ answer, url }: Arrival, maxBytes: number, cover: SecretCover): Promise<ReadBody> {
  try {
    const { bytes, cut } = await readBody(
      answer.body,
      header(answer, 'content-encoding') ?? '',
      maxBytes + cover.reach,
    );
    return { bytes: cover.hideIn(bytes).subarray(0, maxBytes), cut: cut || bytes.length > maxBytes };
  } catch (thrown) {
    throw explainFailure(thrown, url.origin);
  }
}

function unexpected({ answer, url }: Arrival, excerpt: string) {
  return { origin: url.origin, status: answer.statusCode, retryAfter: header(answer, 'retry-after'), excerpt };
}

function header(answer: Answer, name: string): string | undefined {
  return [answer.headers[name]].flat()[0];
}
