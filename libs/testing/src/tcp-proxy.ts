import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';

interface Pair {
  client: Socket;
  server: Socket;
  /** Bytes of the answer that may still pass. */
  answerBytes: number;
  isCut: boolean;
}

/** Which way nothing passes any more. */
export type Direction = 'both' | 'to-server' | 'to-client';

/** Stands between a client and a server, to cut, refuse, freeze and delay what passes. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private frozen: Direction | undefined;
  private delayMs = 0;
  private answerBytes = Number.POSITIVE_INFINITY;
  private reachable = true;

  private constructor(
    private readonly listener: Server,
    private readonly target: { host: string; port: number },
  ) {}

  static async open(target: { host: string; port: number }): Promise<TcpProxy> {
    const listener = createServer();
    const proxy = new TcpProxy(listener, target);
    listener.on('connection', (client) => proxy.accept(client));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Ends every connection abruptly; new ones are accepted. */
  cut(): void {
    for (const { client, server } of this.pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
    this.pairs.clear();
  }

  setReachable(reachable: boolean): void {
    this.reachable = reachable;
    if (!reachable) this.cut();
  }

  /** Keeps connections open but forwards nothing, old or new, in this direction: a peer that fell silent, a half-open connection. */
  setFrozen(frozen: boolean, direction: Direction = 'both'): void {
    this.frozen = frozen ? direction : undefined;
    for (const pair of this.pairs) this.obey(pair);
  }

  /** What passes from now on arrives this much later, in order. 0 ends it. */
  setDelay(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Of what a server answers on a connection made from now on, so many bytes pass; then it is cut, if more come. Infinity ends it. */
  setTruncated(bytes: number): void {
    this.answerBytes = bytes;
  }

  /** The server's side says that it will send no more, as when a host dies half-way; what clients send still arrives. */
  halfClose(): void {
    for (const { client } of this.pairs) client.end();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private accept(client: Socket): void {
    if (!this.reachable) {
      client.resetAndDestroy();
      return;
    }
    const server = dial(this.target);
    const pair: Pair = { client, server, answerBytes: this.answerBytes, isCut: false };
    this.pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.pairs.delete(pair);
      });
      from.on('end', () => to.end());
      from.on('data', (chunk) => {
        if (this.delayMs === 0) this.forward(chunk, pair, from, to);
        else {
          // One chunk at a time, so that their order stays.
          from.pause();
          setTimeout(() => {
            if (this.mayRead(pair, from)) from.resume();
            this.forward(chunk, pair, from, to);
          }, this.delayMs);
        }
      });
    }
    this.obey(pair);
  }

  private forward(chunk: Buffer, pair: Pair, from: Socket, to: Socket): void {
    if (to.destroyed || to.writableEnded || pair.isCut) return;
    if (from === pair.server) {
      if (chunk.length > pair.answerBytes) {
        this.cutWithin(chunk, pair);
        return;
      }
      pair.answerBytes -= chunk.length;
    }
    if (to.write(chunk)) return;
    from.pause();
    to.once('drain', () => this.mayRead(pair, from) && from.resume());
  }

  /** What may still pass does; the reset follows once it is out of our hands, as it would overtake what is not. */
  private cutWithin(chunk: Buffer, pair: Pair): void {
    pair.isCut = true;
    const { client, answerBytes } = pair;
    if (answerBytes === 0) client.resetAndDestroy();
    else client.write(chunk.subarray(0, answerBytes), () => client.resetAndDestroy());
  }

  private mayRead(pair: Pair, from: Socket): boolean {
    const direction = from === pair.client ? 'to-server' : 'to-client';
    return this.frozen !== 'both' && this.frozen !== direction;
  }

  private obey(pair: Pair): void {
    for (const socket of [pair.client, pair.server]) {
      if (this.mayRead(pair, socket)) socket.resume();
      else socket.pause();
    }
  }
}
