import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, to cut, refuse and freeze what passes. */
export class TcpProxy {
  private readonly pairs = new Set<{ client: Socket; server: Socket }>();
  private frozen = false;
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

  /** Keeps connections open but forwards nothing, old or new: a peer that fell silent. */
  setFrozen(frozen: boolean): void {
    this.frozen = frozen;
    for (const pair of this.pairs) this.obey(pair);
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
    const pair = { client, server };
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
        if (to.write(chunk)) return;
        from.pause();
        to.once('drain', () => this.frozen || from.resume());
      });
    }
    this.obey(pair);
  }

  private obey({ client, server }: { client: Socket; server: Socket }): void {
    for (const socket of [client, server]) {
      if (this.frozen) socket.pause();
      else socket.resume();
    }
  }
}
