import type { Runtime } from '@windlass/clock';
import type { Accepted } from './flush-submissions.js';
import type { PreparedJob } from './hand-over.js';

/** The neighbours in its message wait with a request, so this is the most; the one before it usually takes milliseconds. */
const WAIT_MS = 500;
/** As many as one message has items. Those beyond hear at once that their key is under way, and come back. */
const MAX_WAITING = 1_000;
const BUSY: Accepted = { kind: 'busy', on: 'key' };

/**
 * Requests with one Idempotency-Key are written one at a time in a core; those behind share what the first has stored. When it stored
 * nothing, the next one tries itself.
 */
export class KeyTurns {
  /** By tenant and key; resolves to what others under the key are told, undefined when nothing was stored. */
  private readonly underWay = new Map<string, Promise<Accepted | undefined>>();
  private waiting = 0;

  constructor(private readonly runtime: Pick<Runtime, 'sleep'>) {}

  /** What `accept` answers, or what the request before it has stored; `busy` when that took too long. Throws what `accept` throws. */
  async take(job: PreparedJob, accept: () => Promise<Accepted>): Promise<Accepted> {
    const key = `${job.template.tenantId}\n${job.key?.value}`;
    let before = this.underWay.get(key);
    if (before) {
      if (this.waiting >= MAX_WAITING) return BUSY;
      this.waiting += 1;
      const ended = new AbortController();
      const late = this.runtime.sleep(WAIT_MS, ended.signal).then(() => BUSY);
      try {
        for (; before; before = this.underWay.get(key)) {
          const told = await Promise.race([before, late]);
          if (told) return told;
        }
      } finally {
        ended.abort();
        this.waiting -= 1;
      }
    }
    return this.lead(key, job, accept);
  }

  private lead(key: string, job: PreparedJob, accept: () => Promise<Accepted>): Promise<Accepted> {
    const accepted = accept();
    const told = async () => {
      try {
        return toldOthers(job, await accepted);
      } catch {
        return undefined;
      } finally {
        // Before those behind go on: the first of them finds the place free.
        this.underWay.delete(key);
      }
    };
    this.underWay.set(key, told());
    return accepted;
  }
}

/** As the store keeps it with the key (see insertDedupedJobs): a refused duplicate leaves the key free. */
function toldOthers({ id, template, key, extras }: PreparedJob, accepted: Accepted): Accepted | undefined {
  const stored = (answer: Extract<Accepted, { kind: 'repeated' }>['holder']['answer']): Accepted => {
    const holder = { tenantId: template.tenantId, key: key?.value ?? '', fingerprint: key?.fingerprint ?? '' };
    return { kind: 'repeated', holder: { ...holder, answer, live: true } };
  };
  switch (accepted.kind) {
    case 'inserted':
      return stored({ id, state: accepted.state });
    case 'duplicate':
      return extras?.dedupe?.onDuplicate === 'return' ? stored({ ...accepted.holder, duplicate: true }) : undefined;
    default:
      // Repeated; or busy in another core, which is as true for those behind.
      return accepted;
  }
}
