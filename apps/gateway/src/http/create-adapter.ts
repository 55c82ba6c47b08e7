import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { fault } from '@windlass/faults';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config/gateway.config.js';
import { addFileBodyParsers, chooseFileParser } from '../files/file-body.parser.js';
import type { GatewayPorts } from '../gateway-ports.js';
import { BATCH_BODY_BYTES, BATCH_ROUTE } from '../submit/batch-limits.js';
import { answerBadHttp, answerFrameworkError } from './answer-bad-http.js';
import type { LoadBounds } from './bound-load.js';
import { logRequests } from './log-requests.js';
import { addJsonParser } from './parse-json-body.js';
import type { RouteTable } from './route-table.js';

/** A long poll lasts up to 60 s without a byte on the line; only a connection that is quiet for longer is dead. */
const IDLE_CONNECTION_MS = 75_000;
/** Slow headers are an attack, never a slow line. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than the usual load balancer's 60 s, so that not we but it closes idle connections. */
const KEEP_ALIVE_MS = 72_000;
/** Artifact names: 255 characters, each up to nine when percent-encoded, cut at what is still sane in a URL. */
const MAX_PARAM_LENGTH = 2_300;

const SANE_REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Nest's adapter around a Fastify with our limits, parsers and hooks. */
export function createAdapter(
  config: GatewayConfig,
  ports: GatewayPorts,
  routes: RouteTable,
  load: LoadBounds,
): FastifyAdapter {
  const { runtime, logger } = ports;
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: config.bodyLimitBytes,
    requestTimeout: config.requestTimeoutMs,
    connectionTimeout: IDLE_CONNECTION_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      // Node would answer a request without Host by an empty 400; the hook below says what is missing.
      requireHostHeader: false,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, config.requestTimeoutMs),
      connectionsCheckingInterval: Math.min(5_000, config.requestTimeoutMs),
    },
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    trustProxy: trustProxyOption(config.trustProxy),
    requestIdHeader: false,
    genReqId: (raw: IncomingMessage) => {
      const given = raw.headers['x-request-id'];
      return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : runtime.uuid();
    },
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: (error, socket) => answerBadHttp(error, socket, runtime.uuid()),
    // Requests on open connections are still served while the gateway stops: the load balancer needs a moment to learn of it.
    return503OnClosing: false,
    // Both cost time on every request and nothing here uses them.
    skipMiddie: true,
    multipart: false,
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  // Node would answer by an empty 417. Who expects what we do not know gets the plain answer (RFC 9110, 10.1.1).
  fastify.server.on('checkExpectation', (request, response) => fastify.server.emit('request', request, response));
  routes.watch(fastify);
  fastify.addHook('onRoute', (route) => {
    if (route.url === BATCH_ROUTE) route.bodyLimit = BATCH_BODY_BYTES;
  });
  fastify.decorateRequest('leavePlace', undefined);
  addJsonParser(fastify);
  addFileBodyParsers(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    // Before the body is read: that is what costs. Health and documents are outside of /v1.
    const refusal = request.routeOptions.url?.startsWith('/v1/') ? load.refusal() : undefined;
    if (refusal) return done(refusal);
    if (request.headers.host === undefined && request.raw.httpVersionMinor === 1) return done(hostMissing());
    if (chooseFileParser(request)) return done();
    done(isJsonOrNothing(request) ? undefined : unsupported());
  });
  // Not even the question costs anything otherwise: a line per request is a tenth of the hot route.
  if (config.logLevel === 'debug') logRequests(fastify, logger);
  return adapter;
}

function isJsonOrNothing(request: FastifyRequest): boolean {
  const type = request.headers['content-type'];
  // What has no body has no type of it either: some clients send the header with everything.
  if (type === undefined || request.is404 || request.method === 'GET' || request.method === 'HEAD') return true;
  return /^application\/json *(;|$)/i.test(type);
}

function unsupported() {
  return fault('http.content-type-unsupported', { detail: 'Send the body as application/json.' });
}

function hostMissing() {
  return fault('http.request-malformed', { detail: 'Send a Host header.' });
}

/** All, none, the last few hops, or addresses and networks. */
function trustProxyOption(text: string): boolean | string | ((address: string, hop: number) => boolean) {
  if (text === 'true' || text === 'false') return text === 'true';
  if (!/^\d+$/.test(text)) return text;
  const hops = Number(text);
  return (_address, hop) => hop < hops;
}
