import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}
export type Answer = (seen: Seen, response: ServerResponse) => void;

export interface ScriptedService {
  url: string;
  seen: Seen[];
  /** One for each request; the last one is given again and again. */
  answers: Answer[];
  /** Stops listening and breaks all connections: what a restart looks like from outside. */
  down(): Promise<void>;
  /** Listens again, at the same address. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/** An HTTP server that answers what a spec tells it to. */
export async function scriptedService(): Promise<ScriptedService> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
    seen.push(one);
    const answer = service.answers.length > 1 ? service.answers.shift() : service.answers[0];
    answer?.(one, response);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const down = () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections());
  const service: ScriptedService = {
    url: `http://127.0.0.1:${port}`,
    seen,
    answers: [],
    down,
    up: () => listen(port),
    close: down,
  };
  return service;
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_seen, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

export const problem = (status: number, code: string, extra: object = {}): Answer =>
  json(status, { type: `urn:windlass:fault:${code}`, title: 'T', status, code, detail: 'Do this.', ...extra });

export const broken: Answer = (_seen, response) => response.destroy();

/** A stream that sends these pieces one after the other, each as a chunk of its own, and then ends, breaks or stays open. */
export const stream =
  (pieces: (string | Uint8Array)[], then: 'end' | 'break' | 'stay' = 'end'): Answer =>
  (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const next = (at: number) => {
      const piece = pieces[at];
      // Written in turns of their own, or they would leave as one.
      if (piece !== undefined) return response.write(piece, () => setImmediate(next, at + 1));
      if (then === 'end') response.end();
      if (then === 'break') response.destroy();
    };
    response.flushHeaders();
    next(0);
  };
