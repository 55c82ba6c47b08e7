import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  token: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface AnsweringService {
  url: string;
  asked: Asked[];
  close(): Promise<void>;
}

/** JSON, or events, after which the stream ends unless it `stays`. */
export type ScriptedAnswer = { status: number; json: unknown } | { stream: string; stays?: boolean };

/** An HTTP server that answers what `answer` says: for what a real platform would not do at will. */
export async function answeringService(answer: (asked: Asked) => ScriptedAnswer): Promise<AnsweringService> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { method = '', url = '', headers } = request;
    const token = headers.authorization?.replace('Bearer ', '');
    const call = { method, path: url, token, headers, body: Buffer.concat(pieces).toString() };
    asked.push(call);
    const scripted = answer(call);
    if ('json' in scripted) {
      response.writeHead(scripted.status, { 'content-type': 'application/json' }).end(JSON.stringify(scripted.json));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(scripted.stream);
    if (!scripted.stays) response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => new Promise((closed) => server.close(() => closed()).closeAllConnections()),
  };
}
