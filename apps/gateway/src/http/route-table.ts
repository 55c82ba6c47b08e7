import { type Fault, fault } from '@windlass/faults';
import type { FastifyInstance } from 'fastify';

interface RouteEntry {
  url: string;
  pattern: RegExp;
  methods: Set<string>;
}

/** Every route of the HTTP server, noted as it is added: tells a wrong method from a wrong path. */
export class RouteTable {
  private readonly entries = new Map<string, RouteEntry>();

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', (route) => {
      const entry = this.entries.get(route.url) ?? {
        url: route.url,
        pattern: patternOf(route.url),
        methods: new Set(),
      };
      for (const method of [route.method].flat()) entry.methods.add(method);
      this.entries.set(route.url, entry);
    });
  }

  list(): { url: string; methods: string[] }[] {
    return [...this.entries.values()].map(({ url, methods }) => ({ url, methods: [...methods] }));
  }

  /** Why no route took the request. */
  faultFor(method: string, url: string): Fault {
    const path = url.split('?', 1)[0] ?? url;
    const allowed = new Set<string>();
    for (const entry of this.entries.values()) {
      if (entry.pattern.test(path)) for (const one of entry.methods) allowed.add(one);
    }
    if (allowed.size === 0 || allowed.has(method)) {
      return fault('http.route-unknown', { detail: 'There is no such route. The routes are listed at /docs.' });
    }
    const allow = [...allowed].sort().join(', ');
    return fault('http.method-not-allowed', { detail: `Use one of: ${allow}.`, headers: { allow } });
  }
}

function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replace(/[^\w-]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source}$`);
}
