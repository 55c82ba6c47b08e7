import { DISPATCH } from '@windlass/dispatch';
import { type Database, refillLane } from '@windlass/store';
import { claimPack, finishPack, insertPack, LANE, openRiver } from '../river/store-steps.js';
import type { BenchServers } from '../servers/bench-servers.js';
import { fillQueue } from './fill-queue.js';

/** What one pack of jobs took on its way into the queue and out of it, ms. */
export interface PackTimes {
  submit: number;
  /** What dispatch does: marks the head of the lane. */
  refill: number;
  claim: number;
}

export interface GrowthFigures {
  /** Jobs that waited in the full database. */
  queued: number;
  /** By size of the packs, one entry of each list per sample. */
  packs: { size: number; empty: PackTimes[]; full: PackTimes[] }[];
}

/** One at a time, as a user's call; and as a flush under load. */
const PACKS = [1, 50];
/** A worker with as many slots as the worker has for hash by default, and what a tiny type keeps out beyond them. */
const WINDOW = 2 * 64 + DISPATCH.spare.tiny;
/** Until statements are prepared, code is compiled and the head of the lane is in memory. */
const WARM_UP = 60;

/**
 * The same statements on two databases of one server, sample by sample in turn: one holds nothing but the pack that passes through,
 * in the other `queued` jobs wait in front of it. The depth stays as it is, since what comes out ends.
 */
export async function measureGrowth(
  servers: BenchServers,
  { queued, samples, signal }: { queued: number; samples: number; signal: AbortSignal },
): Promise<GrowthFigures> {
  const [empty, full] = [await Depth.open(servers), await Depth.open(servers)];
  try {
    await fillQueue(full.db, full.ownerUrl, queued);
    await full.handOut();
    const packs: GrowthFigures['packs'] = [];
    for (const size of PACKS) {
      const times = { size, empty: [] as PackTimes[], full: [] as PackTimes[] };
      for (let sample = -WARM_UP; sample < samples; sample += 1) {
        signal.throwIfAborted();
        const pairs = [[empty, times.empty] as const, [full, times.full] as const];
        // Neither is always the one that comes after the other.
        for (const [depth, kept] of sample % 2 === 0 ? pairs : pairs.reverse()) {
          const took = await depth.passOn(size);
          if (sample >= 0) kept.push(took);
        }
      }
      packs.push(times);
    }
    return { queued, packs };
  } finally {
    await Promise.all([empty.close(), full.close()]);
  }
}

/** One of the two databases. */
class Depth {
  /** Handed out and not claimed: what lies in the broker. */
  private out: string[] = [];

  private constructor(
    readonly db: Database,
    readonly ownerUrl: string,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(servers: BenchServers): Promise<Depth> {
    const { url, drop } = await servers.freshDatabase();
    try {
      return new Depth(await openRiver(url), url, drop);
    } catch (error) {
      await drop();
      throw error;
    }
  }

  /** A pack in, a pack out. */
  async passOn(size: number): Promise<PackTimes> {
    const submit = await millisecondsOf(() => insertPack(this.db, size, false));
    const refill = await millisecondsOf(() => this.handOut());
    const ids = this.out.splice(0, size);
    let claimed: Awaited<ReturnType<typeof claimPack>> = [];
    const claim = await millisecondsOf(async () => {
      claimed = await claimPack(this.db, ids);
    });
    await finishPack(this.db, claimed);
    return { submit, refill, claim };
  }

  async handOut(): Promise<void> {
    const { ids } = await refillLane(this.db.engine, LANE, { window: WINDOW, markMs: DISPATCH.markMs, versions: [1] });
    this.out.push(...ids);
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.drop();
  }
}

async function millisecondsOf(step: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await step();
  return performance.now() - startedMs;
}
