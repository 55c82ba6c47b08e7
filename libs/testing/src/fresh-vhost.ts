import { randomBytes } from 'node:crypto';
import { createVhost, deleteVhost, type RabbitAddress } from '@windlass/services';
import { testServer } from './test-servers.js';

export interface FreshVhost {
  /** AMQP URL of an administrator on this vhost. */
  url: string;
  name: string;
  /** The broker itself, for `rabbitCtl` and `evalOnRabbit`. It is shared: touch this vhost only. */
  broker: RabbitAddress;
  /** All that a broker can lose: connections are closed, queues and messages are gone, the vhost is there again. */
  wipe(): Promise<void>;
  /** Closes the vhost's connections and deletes it with all queues. */
  drop(): Promise<void>;
}

/** An empty vhost of its own on the run's broker, about 50 ms. Throws if `rabbitmq4` cannot be had on this machine. `on`: another server. */
export async function freshVhost(
  which: 'rabbitmq' | 'rabbitmq4' = 'rabbitmq',
  on?: RabbitAddress,
): Promise<FreshVhost> {
  const address = on ?? (await testServer(which)).address;
  const name = `test-${randomBytes(8).toString('hex')}`;
  const url = await createVhost(address, name);
  const drop = () => deleteVhost(address, name);
  const wipe = async () => {
    await drop();
    await createVhost(address, name);
  };
  return { url, name, broker: address, wipe, drop };
}
