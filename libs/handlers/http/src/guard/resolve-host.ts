import { lookup, Resolver } from 'node:dns/promises';

/** All addresses of a name. Rejects with an error that has `code`, as node:dns does. */
export type ResolveHost = (host: string, options: { named: boolean; signal: AbortSignal }) => Promise<string[]>;

/** A name with more is cut: one of them will do. */
const MAX_ADDRESSES = 16;
const QUERY = { timeout: 2_000, tries: 2 };

/**
 * Names of the operator's list are looked up as the machine does it, by its hosts file and search domains. All others by DNS only:
 * the machine's way would let anybody reach the short names of its network, and holds one of the process's few threads meanwhile.
 * @param servers DNS servers in place of the machine's
 */
export function createResolveHost(servers?: readonly string[]): ResolveHost {
  return async (host, { named, signal }) => {
    if (named) return (await lookup(host, { all: true })).map(({ address }) => address).slice(0, MAX_ADDRESSES);
    // One for each name, as only a whole resolver can be cancelled.
    const resolver = new Resolver(QUERY);
    if (servers) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const [v6, v4] = await Promise.allSettled([resolver.resolve6(host), resolver.resolve4(host)]);
      const found = [v6, v4].flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
      if (found.length === 0) throw (v4 as PromiseRejectedResult).reason ?? (v6 as PromiseRejectedResult).reason;
      return found.slice(0, MAX_ADDRESSES);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}
