import { LRUCache } from 'lru-cache';
import { Circuit, type CircuitPolicy } from './circuit.js';

/** Five in a row are no chance; a minute at the most, so that a recovery is noticed soon. */
export const DEFAULT_POLICY: CircuitPolicy = { failures: 5, openMs: 10_000, maxOpenMs: 60_000 };
/** Of more than these the one least recently called is forgotten, and starts anew. */
const MAX_HOSTS = 1_000;
const MAX_RESOURCES = 4_000;

/**
 * How a call ended: the host could not be reached; it was, but the resource failed (5xx, no answer, a connection that broke); the
 * resource answered; or nothing was learnt.
 */
export type CallEnd = 'unreachable' | 'failed' | 'answered' | 'undecided';
/** Either the call may be made and its end must be told, or it must not be for `waitMs`. */
export type CallPass = { leave(end: CallEnd): void } | { waitMs: number };

/**
 * A circuit for each host and one for each resource below it, so that what is dead costs its jobs a refusal and no timeout. The
 * host's counts only what no caller can bring about: whoever has one path of a shared host fail must not close it to all others.
 */
export class Circuits {
  private readonly hosts: LRUCache<string, Circuit>;
  private readonly resources: LRUCache<string, Circuit>;

  constructor(
    private readonly monotonicMs: () => number,
    private readonly policy: CircuitPolicy = DEFAULT_POLICY,
    bounds = { hosts: MAX_HOSTS, resources: MAX_RESOURCES },
  ) {
    this.hosts = new LRUCache({ max: bounds.hosts });
    this.resources = new LRUCache({ max: bounds.resources });
  }

  get size(): { hosts: number; resources: number } {
    return { hosts: this.hosts.size, resources: this.resources.size };
  }

  /** @param host and port @param path without its query */
  enter(host: string, path: string): CallPass {
    const first = this.circuit(this.hosts, host).enter(this.monotonicMs);
    if ('waitMs' in first) return first;
    const second = this.circuit(this.resources, `${host}${path}`).enter(this.monotonicMs);
    if ('waitMs' in second) {
      first.leave('undecided');
      return second;
    }
    return {
      leave: (end) => {
        first.leave(end === 'unreachable' ? 'failed' : end === 'failed' ? 'answered' : end);
        second.leave(end === 'unreachable' ? 'undecided' : end);
      },
    };
  }

  private circuit(circuits: LRUCache<string, Circuit>, key: string): Circuit {
    let circuit = circuits.get(key);
    if (!circuit) {
      circuit = new Circuit(this.policy);
      circuits.set(key, circuit);
    }
    return circuit;
  }
}
