import { EventEmitter } from 'node:events';
import { type Database, makeSources, type Sources } from '@windlass/store';
import type pg from 'pg';
import type { Instance } from '../world/instance.js';
import type { Kind } from './physical-connections.js';
import type { SimulationDatabase } from './place-database.js';
import type { Session, Statement, Told } from './statement.js';
import type { StatementGate } from './statement-gate.js';

/** Who works with the database under this name at the moment, through which gate. Nobody: statements go straight through. */
interface Tenant {
  instance: Instance;
  gate: StatementGate;
}

type Ask = (query: Statement['query'], tell: Told) => void;

/**
 * The database as an instance's name knows it. Its TypeORM sources outlive seeds and lives, since building their metadata takes long;
 * whose statements they carry is said at each start.
 */
export class GatedDatabase {
  private tenant: Tenant | undefined;
  private sources: (Sources & { open(): Promise<void> }) | undefined;

  constructor(
    private readonly name: string,
    private readonly database: SimulationDatabase,
  ) {}

  async open(): Promise<void> {
    const { urls } = this.database;
    this.sources = makeSources({
      ...urls,
      engineConnections: 2,
      readerConnections: 5,
      applicationName: this.name,
      timeouts: { statement_timeout: 5_000, query_timeout: 6_000 },
      driver: { Pool: poolClass((kind) => this.connect(kind), urls.readerUrl) },
    });
    await this.sources.open();
  }

  /** From here on its statements are this life's. */
  enter(instance: Instance, gate: StatementGate): Database {
    this.tenant = { instance, gate };
    const sources = this.sources!;
    for (const source of sourcesOf(sources)) source.driver.connectedQueryRunners = [];
    const engine = new GatedPool(() => this.connect('engine')) as unknown as pg.Pool;
    return {
      ...{ engine, beats: engine, sources },
      ping: async () => void (await engine.query('select 1')),
      close: async () => undefined,
    };
  }

  leave(): void {
    this.tenant = undefined;
  }

  private connect(kind: Kind): Ask {
    const { tenant } = this;
    if (!tenant) return (query, tell) => void this.askDirectly(kind, query, tell);
    const session: Session = tenant.gate.session(tenant.instance, kind);
    return (query, tell) => tenant.gate.send(session, query, tell);
  }

  private async askDirectly(kind: Kind, query: Statement['query'], tell: Told): Promise<void> {
    const physical = await this.database.connections.take(kind);
    const answer = await physical.ask(query);
    this.database.connections.giveBack(kind, physical);
    if ('error' in answer) tell(answer.error, undefined);
    else tell(undefined, answer.result);
  }
}

interface OpenSource {
  driver: { connectedQueryRunners: unknown[] };
}

/** A killed life leaves its runners behind. */
const sourcesOf = (sources: Sources): OpenSource[] => [sources.engine as unknown as OpenSource];

/** One client of a pool, as far as the product and TypeORM use one. */
class GatedClient extends EventEmitter {
  constructor(private readonly ask: Ask) {
    super();
    this.on('error', () => undefined);
  }

  query(given: string | Statement['query'], values?: unknown, callback?: Told): Promise<pg.QueryResult> | undefined {
    const query = typeof given === 'string' ? { text: given } : { ...given };
    if (Array.isArray(values)) query.values = values;
    const tell = callback ?? (typeof values === 'function' ? (values as Told) : undefined);
    if (tell) {
      this.ask(query, tell);
      return undefined;
    }
    return new Promise((resolve, reject) => {
      this.ask(query, (error, result) => (error ? reject(error) : resolve(result!)));
    });
  }

  release(): void {}
}

type Connected = (error: undefined, client: GatedClient, release: () => void) => void;

class GatedPool extends EventEmitter {
  constructor(private readonly open: () => Ask) {
    super();
  }

  query(given: string | Statement['query'], values?: unknown[]): Promise<pg.QueryResult> | undefined {
    return new GatedClient(this.open()).query(given, values);
  }

  connect(connected?: Connected): Promise<GatedClient> | undefined {
    const client = new GatedClient(this.open());
    if (!connected) return Promise.resolve(client);
    connected(undefined, client, () => undefined);
    return undefined;
  }

  end(ended?: () => void): Promise<void> {
    ended?.();
    return Promise.resolve();
  }
}

function poolClass(open: (kind: Kind) => Ask, readerUrl: string) {
  return class extends GatedPool {
    constructor({ connectionString }: { connectionString?: string }) {
      super(() => open(connectionString === readerUrl ? 'reader' : 'ordinary'));
    }
  };
}
