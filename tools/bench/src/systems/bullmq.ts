import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Target } from '../load/target.js';
import { QUEUE } from '../peers/bullmq-settings.js';
import type { SpawnedProcess } from '../process/spawn-process.js';
import type { BenchServers } from '../servers/bench-servers.js';
import { startPeer } from './peer.js';
import type { ResultStore, System } from './system.js';

const KEY = `bull:${QUEUE}`;

/** BullMQ on Redis. `everysec` may lose a second of accepted jobs; `always` is the durability that PostgreSQL gives. */
export class BullMq implements System {
  readonly name: string;
  private readonly running: SpawnedProcess[] = [];
  private redis: Redis | undefined;
  private openTarget: Target | undefined;

  constructor(
    private readonly fsync: 'everysec' | 'always',
    private readonly servers: BenchServers,
    private readonly directory: string,
  ) {
    this.name = `bullmq-${fsync}`;
  }

  async start(): Promise<void> {
    const url = this.servers.redisUrl;
    this.redis = new Redis(url, { commandTimeout: 60_000 });
    await this.redis.flushall();
    await this.redis.config('SET', 'appendfsync', this.fsync);
    const { directory } = this;
    const peer = { front: 'bullmq-front', worker: 'bullmq-worker', settings: { url }, directory };
    this.openTarget = await startPeer(peer, this.running);
  }

  async stop(): Promise<void> {
    for (const each of this.running.splice(0).reverse()) await each.stop();
    await this.redis?.flushall();
    this.redis?.disconnect();
    this.redis = undefined;
  }

  get target(): Target {
    return this.openTarget!;
  }

  get store(): ResultStore {
    return new BullMqStore(this.redis!);
  }

  processes(): { role: string; pid: number }[] {
    return this.running.map(({ role, pid }) => ({ role, pid }));
  }

  serverPids(): number[] | undefined {
    return this.servers.pids(['redis']);
  }
}

class BullMqStore implements ResultStore {
  constructor(private readonly redis: Redis) {}

  count(): Promise<number> {
    return this.redis.zcard(`${KEY}:completed`);
  }

  async stored(ids: readonly string[]): Promise<string[]> {
    const pipeline = this.redis.pipeline();
    for (const id of ids) pipeline.hexists(`${KEY}:${id}`, 'returnvalue');
    const answers = (await pipeline.exec()) ?? [];
    return ids.filter((_, at) => answers[at]?.[1] === 1);
  }

  async check(jobs: number): Promise<void> {
    const ids = await this.redis.zrange(`${KEY}:completed`, 0, -1);
    const pipeline = this.redis.pipeline();
    for (const id of ids) pipeline.hmget(`${KEY}:${id}`, 'data', 'returnvalue');
    const answers = (await pipeline.exec()) ?? [];
    const right = answers.filter(([, row]) => isRight(row as [string, string])).length;
    const failed = await this.redis.zcard(`${KEY}:failed`);
    if (right === jobs && ids.length === jobs && failed === 0) return;
    throw new Error(`of ${jobs} jobs ${right} have the right result, ${ids.length} are finished, ${failed} failed`);
  }
}

function isRight([data, result]: [string | null, string | null]): boolean {
  if (data === null || result === null) return false;
  return (JSON.parse(result) as { md5?: string }).md5 === createHash('md5').update(data).digest('hex');
}
