import { connect, type Socket } from 'node:net';
import type { FuzzAnswer } from './send-request.js';

const ANSWER_MS = 10_000;
const MAX_KEPT_BYTES = 1_048_576;

/**
 * Writes bytes as they are and reads the first answer. Resolves to undefined when the server closed the connection without one.
 * @throws Error when the connection stays open and nothing comes
 */
export function sendRaw(url: string, bytes: string | Buffer, answerMs = ANSWER_MS): Promise<FuzzAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const socket = dial(url);
    let text = '';
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(parseAnswer(text));
    };
    const timer = setTimeout(() => {
      socket.destroy();
      const answer = parseAnswer(text);
      if (answer) resolve(answer);
      else reject(new Error(`no answer within ${answerMs} ms, got: ${JSON.stringify(text.slice(0, 200))}`));
    }, answerMs);
    socket.on('data', (chunk) => {
      text = (text + chunk.toString('latin1')).slice(0, MAX_KEPT_BYTES);
      if (isWhole(text)) done();
    });
    socket.once('close', done);
    // A refusal may come before all is sent; then the rest meets a closed connection, and what was read counts.
    socket.on('error', () => {});
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes);
  });
}

/** A connection to write to by hand. */
export function dial(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = text.slice(0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return text.length >= end + 4 + Number(length);
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return text.endsWith('0\r\n\r\n');
  return /^HTTP\/1\.1 (204|304|1\d\d)/.test(head);
}

/** The first answer of what a server wrote, with its body as UTF-8. */
export function parseAnswer(text: string): FuzzAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  if (end < 0 || status === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const line of text.slice(0, end).split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const length = headers['content-length'];
  const body = text.slice(end + 4, length === undefined ? undefined : end + 4 + Number(length));
  return { status: Number(status), headers, text: Buffer.from(body, 'latin1').toString('utf8'), cut: false };
}
