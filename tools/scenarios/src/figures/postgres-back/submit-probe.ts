import { setTimeout as sleep } from 'node:timers/promises';
import type { Testbed } from '@windlass/testbed';

const EVERY_MS = 100;
const ANSWER_MS = 10_000;

/** Submits a tiny job every 100 ms to each gateway in turn, without repetitions, and notes when one was accepted. */
export class SubmitProbe {
  /** performance.now() of each accepted submission, in the order of their answers. */
  readonly acceptedAtMs: number[] = [];
  /** Answers other than 2xx and 503 with Retry-After, and requests without one. */
  dishonest = 0;
  private stopping = false;
  private loop: Promise<void> = Promise.resolve();
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly bed: Testbed) {}

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.loop;
    await Promise.all(this.underWay);
  }

  private async run(): Promise<void> {
    const gateways = this.bed.instances.filter((name) => name.startsWith('gateway-'));
    for (let n = 0; !this.stopping; n += 1) {
      const call = this.submit(this.bed.urlOf(gateways[n % gateways.length]!)).finally(() =>
        this.underWay.delete(call),
      );
      this.underWay.add(call);
      await sleep(EVERY_MS);
    }
  }

  private async submit(url: string): Promise<void> {
    try {
      const response = await fetch(`${url}/v1/jobs`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.bed.token}`,
          'content-type': 'application/json',
          'idempotency-key': crypto.randomUUID(),
        },
        body: '{"type":"load.tiny","payload":{}}',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      await response.text();
      if (response.ok) this.acceptedAtMs.push(performance.now());
      else if (response.status !== 503 || !response.headers.has('retry-after')) this.dishonest += 1;
    } catch {
      this.dishonest += 1;
    }
  }
}
