import type { IncomingMessage } from 'node:http';
import { type Duplex, PassThrough, type Readable } from 'node:stream';
import { fault } from '@windlass/faults';

/**
 * The request's body as a stream that may be destroyed: destroying the request itself would cut the connection before the answer
 * that explains why. What is left of the body is then read and dropped; the request timeout bounds how long.
 */
export function shieldBody(request: IncomingMessage, body: Duplex = new PassThrough()): Readable {
  // Whoever reads the body hears of the failure; without a listener it would end the process when nobody reads yet.
  body.on('error', () => undefined);
  const endEarly = () => {
    if (!request.complete) body.destroy(fault('http.body-malformed', { detail: 'The body ended early.' }));
  };
  request.once('error', endEarly);
  request.once('close', endEarly);
  body.once('close', () => {
    request.off('close', endEarly);
    request.unpipe(body);
    request.resume();
  });
  return request.pipe(body);
}
