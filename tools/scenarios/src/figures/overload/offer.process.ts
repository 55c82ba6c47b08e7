import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpAnswer, KeepAliveConnection } from '@windlass/bench/load';
import { LatencyHistogram } from '../../load/latency-histogram.js';
import type { OfferOrder, OfferReport } from './offer-order.js';

/** Offers jobs from a process of its own: neither its work nor its memory counts as the platform's. */
process.on('message', (order: OfferOrder) => {
  void new Offer(order).run().then(
    (report) => process.send?.(report),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));

/** Of an open loop: often enough that a beat is no burst. */
const BEAT_MS = 5;
/** A service that hangs ends the run, not the other way round. */
const DRAIN_MS = 30_000;
const KEPT_TROUBLES = 20;

class Offer {
  private readonly free: KeepAliveConnection[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly accepted = new LatencyHistogram();
  private readonly refused = new LatencyHistogram();
  private readonly lag = new LatencyHistogram();
  private readonly ids;
  private opened = 0;
  private alive = 0;
  private n = 0;
  private readonly counts = { due: 0, unsent: 0, accepted: 0, refused: 0, dishonest: 0, broken: 0 };
  private readonly refusedBy: Record<string, number> = {};
  private readonly refusedFor: Record<string, number> = {};
  private readonly troubles: string[] = [];

  constructor(private readonly order: OfferOrder) {
    this.ids = createWriteStream(order.idsFile, { flags: 'a' });
  }

  async run(): Promise<OfferReport> {
    const startMs = performance.now();
    const endMs = startMs + this.order.durationMs;
    const { perSecond } = this.order;
    if (perSecond === undefined) await this.askInTurn(endMs);
    else await this.askAtRate(startMs, endMs, perSecond);
    const seconds = (performance.now() - startMs) / 1_000;
    await Promise.race([Promise.all(this.underWay), sleep(this.order.drainMs ?? DRAIN_MS)]);
    // Taken together: an answer that comes still later counts as none, not twice.
    const counts = { ...this.counts, unanswered: this.underWay.size };
    for (const connection of this.free) connection.close();
    await new Promise<void>((resolve) => this.ids.end(resolve));
    const { refusedBy, refusedFor, troubles } = this;
    const latencies = { acceptedLatency: this.accepted.summary(), refusedLatency: this.refused.summary() };
    return { seconds, ...counts, refusedBy, refusedFor, troubles, ...latencies, lag: this.lag.summary() };
  }

  private async askInTurn(endMs: number): Promise<void> {
    const client = async () => {
      while (performance.now() < endMs) {
        this.counts.due += 1;
        await this.ask(this.freeConnection()!);
      }
    };
    await Promise.all(Array.from({ length: this.order.connections }, client));
  }

  private async askAtRate(startMs: number, endMs: number, perSecond: number): Promise<void> {
    // What a standstill missed is due at once, as clients do not wait for each other; the beats themselves are not made up for.
    for (let beatMs = startMs + BEAT_MS; beatMs < endMs; beatMs = Math.max(beatMs + BEAT_MS, performance.now())) {
      await sleep(Math.max(0, beatMs - performance.now()));
      const nowMs = performance.now();
      this.lag.add(Math.max(0, nowMs - beatMs));
      const due = Math.floor(((Math.min(nowMs, endMs) - startMs) * perSecond) / 1_000);
      for (; this.counts.due < due; this.counts.due += 1) this.begin();
    }
  }

  private begin(): void {
    const connection = this.freeConnection();
    if (!connection) {
      this.counts.unsent += 1;
      return;
    }
    const asked = this.ask(connection).finally(() => this.underWay.delete(asked));
    this.underWay.add(asked);
  }

  /** One that waits, else a new one, as clients come: all at once at the start would be a load of its own. */
  private freeConnection(): KeepAliveConnection | undefined {
    while (this.free.at(-1)?.isBroken) {
      // Closed by the gateway while it waited, which it may.
      this.free.pop();
      this.alive -= 1;
    }
    return this.free.pop() ?? (this.alive < this.order.connections ? this.open() : undefined);
  }

  /** Gives its connection back unless it broke. */
  private async ask(connection: KeepAliveConnection): Promise<void> {
    const sentMs = performance.now();
    try {
      this.count(await connection.submit(this.n++), performance.now() - sentMs);
      this.free.push(connection);
    } catch (error) {
      this.counts.broken += 1;
      this.trouble(String(error));
      connection.close();
      this.alive -= 1;
    }
  }

  private count({ status, head, body }: HttpAnswer, ms: number): void {
    if (status === 202) {
      this.counts.accepted += 1;
      this.accepted.add(ms);
      this.ids.write(`${/"id":"([0-9a-f-]{36})"/.exec(body)?.[1]}\n`);
    } else if ((status === 429 || status === 503) && /\r\nretry-after: *\d/i.test(head)) {
      this.counts.refused += 1;
      this.refused.add(ms);
      this.refusedBy[status] = (this.refusedBy[status] ?? 0) + 1;
      const code = /"code":"([^"]*)"/.exec(body)?.[1] ?? '';
      this.refusedFor[code] = (this.refusedFor[code] ?? 0) + 1;
    } else {
      this.counts.dishonest += 1;
      this.trouble(`${status} ${body.slice(0, 200)}`);
    }
  }

  private open(): KeepAliveConnection {
    const { targets } = this.order;
    this.opened += 1;
    this.alive += 1;
    return new KeepAliveConnection(targets[this.opened % targets.length]!);
  }

  private trouble(text: string): void {
    if (this.troubles.length < KEPT_TROUBLES) this.troubles.push(text);
  }
}
