import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** Which connection it came on, from 1. */
  connection: number;
}

export type Answering = (response: ServerResponse, request: SeenRequest) => void;

/** A real server that notes what reaches it. */
export class Sink {
  readonly requests: SeenRequest[] = [];
  connections = 0;
  private readonly numbers = new WeakMap<Socket, number>();
  private readonly server: Server;

  private constructor(private answer: Answering) {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        const connection = this.numbers.get(request.socket) ?? 0;
        const seen = { method, path, headers, body: Buffer.concat(chunks), connection };
        this.requests.push(seen);
        this.answer(response, seen);
      });
    });
    this.server.on('connection', (socket) => this.numbers.set(socket, ++this.connections));
  }

  /** @param host `::` for every address of the machine */
  static async open(host: string, answer: Answering = (response) => response.end('ok'), port = 0): Promise<Sink> {
    const sink = new Sink(answer);
    await new Promise<void>((resolve, reject) => {
      sink.server.once('error', reject);
      sink.server.listen(port, host, resolve);
    });
    return sink;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How it answers from now on. */
  answering(answer: Answering): void {
    this.answer = answer;
  }

  forget(): void {
    this.requests.length = 0;
    this.connections = 0;
  }

  /** Hangs up on everybody. */
  dropConnections(): void {
    this.server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
