import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SubmitJobRequest, WindlassClient } from '@windlass/client';
import type { Draw } from '@windlass/proof';
import type { WorkPayload } from '../../load/load.handlers.js';

/** More than this under way and a beat is left out: a slow machine must not make the load itself a backlog. */
const MAX_UNDER_WAY = 64;
const WAIT_MS = 120_000;

export interface LoadCounts {
  submitted: number;
  accepted: number;
  repeatedKeys: number;
  cancelled: number;
  reads: number;
  streamed: number;
  artifacts: number;
  /** Left out since too much was under way. */
  skipped: number;
  /** Calls that failed after all repetitions of the client. */
  failedCalls: number;
  /** An answer that is not what it must be: another job for a key, an artifact with other bytes. */
  wrongAnswers: number;
}

/** Users of every kind at a steady rate, until it is stopped. */
export class SteadyLoad {
  readonly accepted = new Set<string>();
  readonly counts: LoadCounts = {
    ...{ submitted: 0, accepted: 0, repeatedKeys: 0, cancelled: 0, reads: 0, streamed: 0, artifacts: 0 },
    ...{ skipped: 0, failedCalls: 0, wrongAnswers: 0 },
  };
  /** The latest few, for the report. */
  readonly troubles: string[] = [];
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private loops: Promise<void>[] = [];
  private begun = 0;

  constructor(
    private readonly clients: readonly WindlassClient[],
    private readonly draw: Draw,
  ) {}

  start(perSecond: number, followers: number): void {
    this.loops = [
      this.beat(1_000 / perSecond),
      ...Array.from({ length: followers }, (_, n) => this.followJobs(this.draw.fork(`follower ${n}`))),
    ];
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.loops);
    await Promise.all(this.underWay);
  }

  private async beat(everyMs: number): Promise<void> {
    for (let dueMs = performance.now(); !this.stopping.signal.aborted; dueMs += everyMs) {
      await pause(dueMs - performance.now(), this.stopping.signal);
      // After a standstill the beats that were missed stay missed.
      if (performance.now() - dueMs > 1_000) dueMs = performance.now();
      if (this.underWay.size >= MAX_UNDER_WAY) this.counts.skipped += 1;
      else this.begin(this.draw.fork(`operation ${this.begun}`));
    }
  }

  private begin(draw: Draw): void {
    this.begun += 1;
    const operation = this.operate(this.draw.pick(this.clients), draw)
      .catch((error: Error) => this.trouble(error))
      .finally(() => this.underWay.delete(operation));
    this.underWay.add(operation);
  }

  private async operate(client: WindlassClient, draw: Draw): Promise<void> {
    const share = draw.next();
    if (share < 0.68) return this.runTiny(client, draw, 'ok');
    if (share < 0.76) return this.runTiny(client, draw, 'fail');
    if (share < 0.8) return this.runTiny(client, draw, 'retry');
    if (share < 0.87) return this.repeatKey(client);
    if (share < 0.92) return this.cancel(client, draw);
    if (share < 0.94) return this.readList(client, draw);
    return this.runWork(client, draw);
  }

  private async runTiny(client: WindlassClient, draw: Draw, end: 'ok' | 'fail' | 'retry'): Promise<void> {
    const id = await this.submit(client, { type: 'load.tiny', payload: { end, logLines: draw.whole(0, 2) } });
    if (!draw.chance(0.2)) return;
    const job = await client.wait(id, { timeoutMs: WAIT_MS });
    if (job.state !== (end === 'fail' ? 'failed' : 'succeeded')) this.wrong(`${id}, told to ${end}, is ${job.state}`);
    await this.readAll(client, id);
  }

  private async runWork(client: WindlassClient, draw: Draw): Promise<void> {
    const artifactBytes = draw.chance(0.25) ? draw.whole(1_000, 50_000) : 0;
    const payload = { ms: draw.whole(20, 400), logLines: draw.whole(0, 10), artifactBytes };
    const id = await this.submit(client, { type: 'load.work', payload });
    if (artifactBytes === 0) return;
    await client.wait(id, { timeoutMs: WAIT_MS });
    const bytes = await (await client.download({ jobId: id, artifact: 'out/data.bin' })).bytes();
    this.counts.artifacts += 1;
    if (!Buffer.alloc(artifactBytes, id).equals(bytes)) this.wrong(`the artifact of ${id} has other bytes`);
  }

  private async repeatKey(client: WindlassClient): Promise<void> {
    const key = randomUUID();
    const first = await this.submit(client, { type: 'load.tiny', payload: {} }, key);
    const again = await client.submit({ type: 'load.tiny', payload: {} }, { idempotencyKey: key });
    this.counts.repeatedKeys += 1;
    if (again.id !== first) this.wrong(`the key of ${first} answered ${again.id}`);
  }

  private async cancel(client: WindlassClient, draw: Draw): Promise<void> {
    const waits = draw.chance(0.5);
    const request = waits ? { delay: '1m', payload: {} } : { payload: { ms: 2_000 } };
    const id = await this.submit(client, { type: 'load.work', ...request });
    if (!waits) await pause(draw.whole(0, 1_500), this.stopping.signal);
    const { state } = await client.cancel(id);
    this.counts.cancelled += 1;
    if (state !== 'cancelled') this.wrong(`${id}, cancelled, is ${state}`);
  }

  private async readList(client: WindlassClient, draw: Draw): Promise<void> {
    await client.listPage({ limit: draw.whole(1, 100), ...(draw.chance(0.5) ? { type: 'load.tiny' } : {}) });
    await client.jobTypes();
    this.counts.reads += 2;
  }

  private async readAll(client: WindlassClient, id: string): Promise<void> {
    const [events] = await Promise.all([client.events(id), client.logPage(id), client.get(id)]);
    this.counts.reads += 3;
    if (events.filter(({ terminal }) => terminal).length !== 1) this.wrong(`${id} has not one terminal event`);
  }

  /** Streams events and lines of one job after the other. */
  private async followJobs(draw: Draw): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const client = draw.pick(this.clients);
      try {
        const id = await this.submit(client, { type: 'load.work', payload: { ms: 1_500, logLines: 20 } });
        for await (const _ of client.followEvents(id)) this.counts.streamed += 1;
        for await (const _ of client.logs(id, { follow: true })) this.counts.streamed += 1;
      } catch (error) {
        this.trouble(error as Error);
        await pause(1_000, this.stopping.signal);
      }
    }
  }

  private async submit(client: WindlassClient, request: SubmitJobRequest<WorkPayload>, key?: string): Promise<string> {
    this.counts.submitted += 1;
    const { id } = await client.submit(request, key === undefined ? {} : { idempotencyKey: key });
    this.counts.accepted += 1;
    this.accepted.add(id);
    return id;
  }

  private wrong(text: string): void {
    this.counts.wrongAnswers += 1;
    this.note(`wrong: ${text}`);
  }

  private trouble(error: Error): void {
    this.counts.failedCalls += 1;
    this.note(`failed: ${error.message}`);
  }

  private note(text: string): void {
    this.troubles.push(`${new Date().toISOString()} ${text}`);
    if (this.troubles.length > 20) this.troubles.shift();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
}
