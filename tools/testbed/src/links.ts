import { TcpProxy } from '@windlass/testing';
import type { Ground } from './ground.js';
import { type Instance, REACHES, type Server, serviceOf } from './instances.js';

/** An instance's ways to its servers, each through a proxy of its own: one can be cut while its neighbours go on. */
export class Links {
  private constructor(private readonly proxies: ReadonlyMap<string, TcpProxy>) {}

  static async open(ground: Ground, instances: readonly Instance[]): Promise<Links> {
    const targets: Record<Server, URL> = {
      postgres: new URL(ground.database.url),
      rabbitmq: new URL(ground.vhost.url),
      s3: new URL(ground.bucket.endpoint),
    };
    const proxies = new Map<string, TcpProxy>();
    for (const name of instances) {
      for (const server of REACHES[serviceOf(name)]) {
        const { hostname, port } = targets[server];
        proxies.set(`${name} ${server}`, await TcpProxy.open({ host: hostname, port: Number(port) }));
      }
    }
    return new Links(proxies);
  }

  /** @throws RangeError when the instance does not reach that server at all */
  of(name: Instance, server: Server): TcpProxy {
    const proxy = this.proxies.get(`${name} ${server}`);
    if (!proxy) throw new RangeError(`${name} has no link to ${server}`);
    return proxy;
  }

  /** Every way to one server. */
  to(server: Server): TcpProxy[] {
    return [...this.proxies].filter(([key]) => key.endsWith(` ${server}`)).map(([, proxy]) => proxy);
  }

  /** Every way of one instance. */
  from(name: Instance): TcpProxy[] {
    return REACHES[serviceOf(name)].map((server) => this.of(name, server));
  }

  async close(): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
  }
}
