import { connect, isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { FailJob } from '@windlass/handler-kit';
import { buildConnector } from 'undici';
import { RequestFailed } from '../http-failure.js';
import type { Destinations } from './destinations.js';
import type { ResolveHost } from './resolve-host.js';

export interface CheckedConnectorOptions {
  destinations: Destinations;
  resolve: ResolveHost;
  /** For the name, the connection and TLS each. */
  timeoutMs: number;
  /** Sockets of the process, idle ones included. */
  maxSockets: number;
  tls?: Pick<ConnectionOptions, 'ca'>;
}

const KEEP_ALIVE_PROBE_MS = 60_000;

/** No connection: nothing was sent, so nothing of the request can be its reason. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  constructor(readonly reason: Error) {
    super(reason.message);
  }
}

/**
 * Where undici gets its sockets from. The name is resolved once, all its addresses are checked, and the connection goes to these
 * addresses and no others: a name that changes its mind in between changes nothing.
 */
export class CheckedConnector {
  /** Sockets that are open or about to be. */
  open = 0;
  private readonly startTls: buildConnector.connector;

  constructor(private readonly options: CheckedConnectorOptions) {
    this.startTls = buildConnector({ ...options.tls, timeout: options.timeoutMs, allowH2: false });
  }

  readonly connect = (options: buildConnector.Options, callback: buildConnector.Callback): void => {
    this.openSocket(options).then(
      (socket) => {
        if (options.protocol !== 'https:') return callback(null, socket);
        this.startTls({ ...options, httpSocket: socket }, (...[error, secured]) => {
          if (error) callback(new Unreachable(error), null);
          else callback(null, secured);
        });
      },
      (error: Error) => callback(error instanceof FailJob ? error : new Unreachable(error), null),
    );
  };

  private async openSocket({ hostname, protocol, port: portText }: buildConnector.Options): Promise<Socket> {
    if (this.open >= this.options.maxSockets) {
      throw new RequestFailed('http.too-many-connections', 'This worker has as many connections open as it may have.');
    }
    this.open++;
    let socket: Socket | undefined;
    try {
      const port = portText === '' ? (protocol === 'https:' ? 443 : 80) : Number(portText);
      const addresses = await this.addressesOf(hostname, port);
      socket = dial(hostname, port, addresses);
      socket.once('close', () => this.open--);
      await connected(socket, this.options.timeoutMs);
      // The last look, at what the kernel says: before the first byte of a request.
      this.options.destinations.checkAddresses(hostname, port, [socket.remoteAddress ?? '']);
      return socket;
    } catch (error) {
      if (socket) socket.destroy();
      else this.open--;
      throw error;
    }
  }

  private async addressesOf(host: string, port: number): Promise<string[]> {
    const { destinations, resolve, timeoutMs } = this.options;
    // No lookup is made for what is an address already, so no lookup can be relied upon to check it.
    if (isIP(host) !== 0) {
      destinations.checkAddresses(host, port, [host]);
      return [host];
    }
    const signal = AbortSignal.timeout(timeoutMs);
    const late = new Promise<never>((_, reject) => {
      const giveUp = () => reject(new RequestFailed('http.dns', `The name ${host} could not be resolved in time.`));
      signal.addEventListener('abort', giveUp, { once: true });
    });
    const addresses = await Promise.race([
      resolve(host, { named: destinations.isNamedHost(host, port), signal }),
      late,
    ]);
    if (addresses.length === 0) throw new RequestFailed('http.dns', `The name ${host} has no address.`);
    destinations.checkAddresses(host, port, addresses);
    return addresses;
  }
}

function dial(host: string, port: number, addresses: readonly string[]): Socket {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  const socket = connect({
    host,
    port,
    autoSelectFamily: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
    lookup: (_name, { all }, done) => {
      if (all) done(null, found);
      else done(null, found[0]?.address ?? '', found[0]?.family);
    },
  });
  // Whoever has it then hears of its errors; under TLS that is nobody, and an error that nobody hears ends the process.
  return socket.on('error', () => undefined);
}

function connected(socket: Socket, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new RequestFailed('http.timeout', `No connection within ${timeoutMs} ms.`));
    }, timeoutMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', reject);
      resolve();
    });
    socket.once('error', reject);
    socket.once('close', () => clearTimeout(timer));
  });
}
