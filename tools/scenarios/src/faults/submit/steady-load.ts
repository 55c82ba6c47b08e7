import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Submission, submitOnce } from './submit-once.js';

export interface LoadOptions {
  /** Gateways, taken in turn. One that refuses is passed over for that submission. */
  urls(): string[];
  token: string;
  connections: number;
  /** Between two submissions of a connection. */
  pauseMs: number;
  job(): { type: string; payload: unknown };
}

/** Nobody keeps on submitting after a refusal without a breath. */
const BREATH_MS = 100;
const MOST = 200_000;

/** Clients that submit until they are stopped, each job under a key of its own, and note what came of it. */
export class SteadyLoad {
  readonly submissions: Submission[] = [];
  private stopped = false;
  private readonly loops: Promise<void>[];

  constructor(private readonly options: LoadOptions) {
    this.loops = Array.from({ length: options.connections }, (_, n) => this.loop(n));
  }

  get accepted(): string[] {
    return acceptedOf(this.submissions);
  }

  /** Resolves when each has its last answer. */
  async stop(): Promise<Submission[]> {
    this.stopped = true;
    await Promise.all(this.loops);
    return this.submissions;
  }

  private async loop(first: number): Promise<void> {
    for (let n = first; !this.stopped && this.submissions.length < MOST; n += 1) {
      const done = await this.submitAnywhere(n);
      this.submissions.push(done);
      await sleep(done.outcome === 'ok' ? this.options.pauseMs : BREATH_MS);
    }
  }

  private async submitAnywhere(n: number): Promise<Submission> {
    const { urls, token, job } = this.options;
    const [key, body, all] = [randomUUID(), job(), urls()];
    let done: Submission | undefined;
    for (let at = 0; at < all.length && (!done || done.refused); at += 1) {
      done = await submitOnce(all[(n + at) % all.length]!, token, body, key);
    }
    if (!done) throw new RangeError('no gateway to submit to');
    return done;
  }
}

export function acceptedOf(submissions: readonly Submission[]): string[] {
  return submissions.flatMap((each) => (each.outcome === 'ok' && each.jobId ? [each.jobId] : []));
}
