import { type Runtime, systemRuntime } from '@windlass/clock';
import type { Broker } from '../broker.js';
import type { BrokerLogger, BrokerUrl } from './keep-connection.js';
import { RabbitBroker } from './rabbit-broker.js';

export interface RabbitBrokerOptions {
  /** `amqp://` or `amqps://` with user, password and vhost; several are tried in turn. */
  url?: string;
  urls?: string[];
  /** Shown in RabbitMQ's list of connections and consumers. */
  name: string;
  runtime?: Runtime;
  logger?: BrokerLogger;
  /** For one attempt: TCP, handshake, channels and the consumers there are. */
  connectTimeoutMs?: number;
  /** A dead peer is noticed after two to three of these. */
  heartbeatSeconds?: number;
}

/**
 * A broker on RabbitMQ 3.10 or later. Resolves when the first attempt to connect has ended, well or not: see `state`.
 * Rejects only when an address is not one. Reconnects for ever, until `close`.
 */
export async function connectRabbitBroker(options: RabbitBrokerOptions): Promise<Broker> {
  const heartbeatSeconds = options.heartbeatSeconds ?? 5;
  const addresses = options.urls ?? (options.url === undefined ? [] : [options.url]);
  if (addresses.length === 0) throw new Error('No address of a RabbitMQ server was given.');
  const broker = new RabbitBroker({
    urls: addresses.map((address) => readUrl(address, heartbeatSeconds)),
    name: options.name,
    runtime: options.runtime ?? systemRuntime,
    log: options.logger ?? (() => undefined),
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
  });
  await broker.start();
  return broker;
}

/** Never puts the address into an error: it holds the password. */
function readUrl(address: string, heartbeatSeconds: number): BrokerUrl {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || (url.protocol !== 'amqp:' && url.protocol !== 'amqps:') || !url.hostname) {
    throw new Error('An address of a RabbitMQ server must look like amqp://user:password@host:5672/vhost.');
  }
  url.searchParams.set('heartbeat', String(heartbeatSeconds));
  return { href: url.href, place: `${url.host}${url.pathname}` };
}
