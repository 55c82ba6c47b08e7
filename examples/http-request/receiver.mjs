// What a receiver of signed requests looks like: it checks the signature by Standard Webhooks and serves each id once.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

/** A request that is older, or newer, was not meant for now. */
const TOLERANCE_S = 300;
const MAX_BODY_BYTES = 1024 * 1024;

/** @param key what the sender's secret holds behind `whsec_`, decoded */
export function isSigned({ headers, body, key, nowMs = Date.now() }) {
  const id = headers['webhook-id'];
  const seconds = Number(headers['webhook-timestamp']);
  if (!id || !(Math.abs(nowMs / 1_000 - seconds) <= TOLERANCE_S)) return false;
  const expected = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((each) => each.startsWith('v1,'))
    .map((each) => Buffer.from(each.slice(3), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

/**
 * Listens on a free port of 127.0.0.1. The first request is sent away for a while, as a receiver under load does.
 * @returns its origin, what it served by id, how often it was asked, and how to stop it
 */
export async function startReceiver(key) {
  const served = new Map();
  let asked = 0;
  const server = createServer((request, response) => {
    const chunks = [];
    let size = 0;
    request.on('data', (chunk) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      asked++;
      if (!isSigned({ headers: request.headers, body, key })) return response.writeHead(401).end('not signed');
      if (asked === 1) return response.writeHead(503, { 'retry-after': '1' }).end('in a moment');
      const id = request.headers['webhook-id'];
      if (!served.has(id)) served.set(id, { body: body.toString(), authorization: request.headers.authorization });
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(request.headers));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, served, asked: () => asked, stop };
}
