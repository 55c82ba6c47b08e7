import { type CallOptions, type Connection, sendRequest } from './send-request.js';

/** What every group of methods is made of. */
export class Calls {
  constructor(readonly connection: Connection) {}

  /** Reads are repeatable. */
  read<T>(path: string, options: Partial<CallOptions> = {}): Promise<T> {
    return this.json({ method: 'GET', path, repeatable: true, ...options });
  }

  async json<T>(call: CallOptions): Promise<T> {
    return (await (await this.send(call)).json()) as T;
  }

  send(call: CallOptions): Promise<Response> {
    return sendRequest(this.connection, call);
  }
}

/** `/v1/jobs/…`, each part as one segment. */
export function pathTo(...parts: string[]): string {
  return `/v1/${parts.map(encodeURIComponent).join('/')}`;
}

/** `?a=1&b=2` of what is given, else nothing. */
export function queryOf(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return search && `?${search}`;
}

/** An option that is not there is left out rather than undefined. */
export function only(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

/** Every item of a paged list, fetched page by page. */
export async function* eachItem<T>(
  readPage: (cursor: string | undefined) => Promise<{ items: T[]; nextCursor?: string }>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page = await readPage(cursor);
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

export function newKey(): string {
  // Not randomUUID(): browsers have that only on secure pages.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
