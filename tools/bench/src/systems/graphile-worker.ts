import type { Target } from '../load/target.js';
import type { SpawnedProcess } from '../process/spawn-process.js';
import type { BenchServers } from '../servers/bench-servers.js';
import { openQuery, type Query } from '../servers/open-query.js';
import { startPeer } from './peer.js';
import type { ResultStore, System } from './system.js';

/** It keeps no results, so its user keeps them: the narrowest table that does. */
const RESULTS =
  'create table results (job_id bigint primary key, n int not null, md5 text not null, sha256 text not null)';

export class GraphileWorker implements System {
  readonly name = 'graphile-worker';
  private readonly running: SpawnedProcess[] = [];
  private readonly closing: (() => Promise<void>)[] = [];
  private database: Query | undefined;
  private openTarget: Target | undefined;

  constructor(
    private readonly servers: BenchServers,
    private readonly directory: string,
  ) {}

  async start(): Promise<void> {
    const { url, drop } = await this.servers.freshDatabase();
    this.closing.push(drop);
    const database = await openQuery(url);
    this.database = database;
    this.closing.push(() => database.close());
    await database.rows({ text: RESULTS, values: [] });
    const { directory } = this;
    const peer = { front: 'graphile-front', worker: 'graphile-worker', settings: { url }, directory };
    this.openTarget = await startPeer(peer, this.running);
  }

  async stop(): Promise<void> {
    for (const each of this.running.splice(0).reverse()) await each.stop();
    for (const close of this.closing.splice(0).reverse()) await close();
  }

  get target(): Target {
    return this.openTarget!;
  }

  get store(): ResultStore {
    return new GraphileStore(this.database!);
  }

  processes(): { role: string; pid: number }[] {
    return this.running.map(({ role, pid }) => ({ role, pid }));
  }

  serverPids(): number[] | undefined {
    return this.servers.pids(['postgres']);
  }
}

class GraphileStore implements ResultStore {
  constructor(private readonly database: Query) {}

  count(): Promise<number> {
    return this.database.number('select count(*)::int from results');
  }

  stored(ids: readonly string[]): Promise<string[]> {
    const text = 'select job_id::text from results where job_id = any($1::bigint[])';
    return this.database.column({ name: 'stored', text, values: [ids] });
  }

  async check(jobs: number): Promise<void> {
    const right = await this.database.number(
      `select count(*)::int from results where md5 = md5('{"example":"data","n":' || n || '}')`,
    );
    const all = await this.count();
    if (right === jobs && all === jobs) return;
    throw new Error(`of ${jobs} jobs ${right} have the right result, ${all} are finished`);
  }
}
