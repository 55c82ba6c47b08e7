import { connect, type Socket } from 'node:net';
import { requestHead, type Target } from './target.js';

export interface HttpAnswer {
  status: number;
  /** Status line and headers, as they came. */
  head: string;
  body: string;
}

interface Waiting {
  resolve(answer: HttpAnswer): void;
  reject(error: Error): void;
}

/**
 * One keep-alive connection with one request at a time. Sockets rather than node:http, whose client would take as much of a
 * small machine as the systems that are measured. Reads answers with a content-length only, which all of them send.
 */
export class KeepAliveConnection {
  private readonly socket: Socket;
  private readonly head: string;
  private received = '';
  private waiting: Waiting | undefined;
  private broken: Error | undefined;

  constructor(private readonly target: Target) {
    this.head = requestHead(target);
    this.socket = connect({ host: target.host, port: target.port, noDelay: true });
    // The bodies are ASCII: one character is one byte.
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => this.receive(text));
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  /** Submits the n-th job. */
  submit(n: number): Promise<HttpAnswer> {
    if (this.waiting) throw new Error('a request is under way on this connection');
    if (this.broken) return Promise.reject(this.broken);
    const body = `${this.target.before}${n}${this.target.after}`;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(`${this.head}${body.length}\r\n\r\n${body}`, 'latin1');
    });
  }

  /** The other side has closed it, or it was closed here: another submission would fail. */
  get isBroken(): boolean {
    return this.broken !== undefined;
  }

  close(): void {
    this.fail(new Error('closed'));
    this.socket.destroy();
  }

  private receive(text: string): void {
    this.received += text;
    const headEnd = this.received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.received.slice(0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      this.fail(new Error(`an answer without content-length: ${head.slice(0, 200)}`));
      return;
    }
    const end = headEnd + 4 + Number(length);
    if (this.received.length < end) return;
    const answer = { status: Number(head.slice(9, 12)), head, body: this.received.slice(headEnd + 4, end) };
    this.received = this.received.slice(end);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve(answer);
  }

  private fail(error: Error): void {
    this.broken ??= error;
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.reject(error);
  }
}
