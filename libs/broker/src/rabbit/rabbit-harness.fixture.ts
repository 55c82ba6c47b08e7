import { type FreshVhost, freshVhost, TcpProxy } from '@windlass/testing';
import { connect, type GetMessage } from 'amqplib';
import type { BrokerHarness } from '../conformance/brokers-under-test.fixture.js';
import { DEAD_LETTER_NAME } from '../topology.js';
import { connectRabbitBroker, type RabbitBrokerOptions } from './connect-rabbit-broker.js';

export interface RabbitHarness extends BrokerHarness {
  readonly vhost: FreshVhost;
  readonly proxy: TcpProxy;
  /** The address behind the proxy. */
  readonly url: string;
  connect(options?: Partial<RabbitBrokerOptions>): ReturnType<typeof connectRabbitBroker>;
}

/** A vhost of its own on a real server, behind a proxy. */
export async function rabbitHarness(which: 'rabbitmq' | 'rabbitmq4'): Promise<RabbitHarness> {
  const vhost = await freshVhost(which);
  const direct = new URL(vhost.url);
  const proxy = await TcpProxy.open({ host: direct.hostname, port: Number(direct.port) });
  const url = new URL(vhost.url);
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  return {
    vhost,
    proxy,
    url: url.href,
    connect: (options = {}) => connectRabbitBroker({ url: url.href, name: 'conformance', ...options }),
    dropConnections: () => proxy.cut(),
    setReachable: (reachable) => proxy.setReachable(reachable),
    async takeDeadLetters() {
      const inspector = await connect(vhost.url);
      const channel = await inspector.createChannel();
      const taken: Uint8Array[] = [];
      for (let message: GetMessage | false; ; taken.push(message.content)) {
        message = await channel.get(DEAD_LETTER_NAME, { noAck: true });
        if (!message) break;
      }
      await inspector.close();
      return taken;
    },
    async stop() {
      await proxy.close();
      await vhost.drop();
    },
  };
}
