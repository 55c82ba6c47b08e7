import { setTimeout as sleep } from 'node:timers/promises';

export interface LoopCounts {
  /** 2xx. */
  ok: number;
  /** 503 or 429 with Retry-After: nothing was done, come again. */
  refused: number;
  /** The connection was refused before anything was sent: a balancer asks the next gateway. */
  notConnected: number;
  /** Everything else: another status, an answer that broke off, no answer in time. */
  broken: number;
}

/** Waits longer than any answer may take. */
const ANSWER_MS = 20_000;
/** A loop that is refused does not spin. */
const PAUSE_MS = 50;

/** Clients that ask one after the other, each over all gateways in turn, until they are stopped. */
export class RequestLoops {
  readonly counts: LoopCounts = { ok: 0, refused: 0, notConnected: 0, broken: 0 };
  /** Of accepted submissions. */
  readonly accepted: string[] = [];
  /** What the broken ones were, the first few. */
  readonly breaks: string[] = [];
  private stopping = false;
  private loops: Promise<void>[] = [];

  constructor(
    private readonly urls: readonly string[],
    private readonly token: string,
  ) {}

  /** `bodies`: each loop submits one of them and then waits for the end of its job with a long poll. */
  start(bodies: readonly object[]): void {
    this.loops = bodies.map((body, n) => this.loop(body, n));
  }

  /** Resolves when every request has its answer. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.loops);
  }

  private async loop(body: object, n: number): Promise<void> {
    for (let turn = n; !this.stopping; turn += 1) {
      const id = await this.ask(turn, '/v1/jobs', body);
      if (id === undefined) {
        await sleep(PAUSE_MS);
        continue;
      }
      this.accepted.push(id);
      await this.ask(turn + 1, `/v1/jobs/${id}?wait=2s`);
    }
  }

  /** The id in the answer, when it is a 2xx. */
  private async ask(turn: number, path: string, body?: object): Promise<string | undefined> {
    const url = this.urls[turn % this.urls.length];
    const json = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
    try {
      const response = await fetch(`${url}${path}`, {
        signal: AbortSignal.timeout(ANSWER_MS),
        headers: { authorization: `Bearer ${this.token}`, ...(body ? json : {}) },
        ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      if (response.ok) {
        this.counts.ok += 1;
        return (JSON.parse(text) as { id: string }).id;
      }
      const honest = [429, 503].includes(response.status) && response.headers.has('retry-after');
      if (honest) this.counts.refused += 1;
      else this.broke(`${path.slice(0, 9)}: ${response.status} ${text.slice(0, 200)}`);
    } catch (error) {
      if (codeOf(error) === 'ECONNREFUSED') this.counts.notConnected += 1;
      else this.broke(`${path.slice(0, 9)}: ${codeOf(error)} ${String(error)}`);
    }
    return undefined;
  }

  private broke(what: string): void {
    this.counts.broken += 1;
    if (this.breaks.length < 20) this.breaks.push(`${new Date().toISOString()} ${what}`);
  }
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return (cause as { code?: string } | undefined)?.code;
}
