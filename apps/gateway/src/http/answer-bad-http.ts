import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { asProblem, type Fault, fault } from '@windlass/faults';
import type { FastifyReply } from 'fastify';
import { faultOfException } from './fault-of-exception.js';
import { sendProblem } from './send-problem.js';

/** What Node's own parser refused, before there is a request: bad HTTP, headers too long, a sender that is too slow. */
export function answerBadHttp(error: Error & { code?: string }, socket: Socket): void {
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
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function faultOfParser(code: string | undefined): Fault {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return fault('http.request-timeout', { detail: 'Send the request faster.' });
  const detail =
    code === 'HPE_HEADER_OVERFLOW'
      ? 'The headers are too long: at most 16 KiB.'
      : 'Send a well-formed HTTP/1.1 request.';
  return fault('http.request-malformed', { detail });
}

/** What the router refused before any hook ran: a malformed URL, or a part of it that is too long. */
export function answerFrameworkError(error: Error, _request: unknown, reply: unknown): void {
  sendProblem(reply as FastifyReply, faultOfException(error) ?? fault('http.request-malformed', { cause: error }));
}
