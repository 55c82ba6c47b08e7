import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { asProblem, type Fault, fault } from '@windlass/faults';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { faultOfException } from './fault-of-exception.js';
import { sendProblem } from './send-problem.js';

/** What Node's own parser refused, before there is a request: bad HTTP, headers too long, a sender that is too slow. */
export function answerBadHttp(error: Error & { code?: string }, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = faultOfParser(error.code);
  const body = JSON.stringify(asProblem(known));
  const head = [
    `HTTP/1.1 ${known.status} ${STATUS_CODES[known.status] ?? 'Error'}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function faultOfParser(code: string | undefined): Fault {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return fault('http.request-timeout', { detail: 'Send the request faster.' });
  if (code === 'HPE_HEADER_OVERFLOW') {
    return fault('http.headers-too-large', { detail: 'Send at most 16 KiB of headers, the URL included.' });
  }
  return fault('http.request-malformed', { detail: 'Send a well-formed HTTP/1.1 request.' });
}

/** What the router refused before any hook ran: a malformed URL, or a part of it that is too long. */
export function answerFrameworkError(error: Error & { code?: string }, request: unknown, reply: unknown): void {
  (reply as FastifyReply).header('x-request-id', (request as FastifyRequest).id);
  sendProblem(reply as FastifyReply, faultOfRouter(error));
}

function faultOfRouter(error: Error & { code?: string }): Fault {
  if (error.code === 'FST_ERR_BAD_URL') {
    return fault('http.request-malformed', { detail: 'Send a path that is percent-encoded UTF-8.', cause: error });
  }
  if (error.code === 'FST_ERR_MAX_PARAM_LENGTH') {
    return fault('http.route-unknown', { detail: 'A part of the path is longer than any id or name.', cause: error });
  }
  return faultOfException(error) ?? fault('http.request-malformed', { cause: error });
}
