import type { Change, ClientOperation, FaultSpan, History } from '../history.js';

export const LEASE_MS = 20_000;
export const START_MS = Date.UTC(2026, 0, 1);
/** What a spec bends of a change. */
export type Over = Partial<Change>;

/** What client, database and injector of faults note, one at a time, at a time that the spec moves on. */
export class Witnesses {
  nowMs = START_MS;
  protected seq = 0;
  readonly history: History = {
    seed: 1,
    leaseMs: LEASE_MS,
    operations: [],
    sink: [],
    faults: [],
    changes: [],
    final: { jobs: [], history: [], events: [], artifacts: [], keys: [], stopping: [], counts: [], atMs: 0 },
  };
  leader = { holder: 'scheduler-1-77-abcdef', term: 1, live: true };

  advance(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  note(table: Change['table'], op: Change['op'], rest: Over): Change {
    const app = rest.app ?? 'core-api-1';
    const leader = app.startsWith('scheduler') ? { leader: { ...this.leader } } : {};
    const change: Change = { seq: ++this.seq, atMs: this.nowMs, tookMs: 0, app, table, op, ...leader, ...rest };
    this.history.changes.push(change);
    return change;
  }

  operation(rest: Partial<ClientOperation>): void {
    const operation: ClientOperation = {
      op: 'submit',
      outcome: 'ok',
      fromMs: this.nowMs - 5,
      toMs: this.nowMs,
      ...rest,
    };
    this.history.operations.push(operation);
  }

  fault(kind: string, target: string, fromMs = this.nowMs, toMs = fromMs + 1): this {
    this.history.faults.push({ kind, target, fromMs, toMs } satisfies FaultSpan);
    return this;
  }

  /** Takes changes out of the log. */
  drop(which: (change: Change) => boolean): void {
    this.history.changes = this.history.changes.filter((change) => !which(change));
  }

  /** The last operation of the driver, to be bent. */
  get lastOperation(): ClientOperation {
    return this.history.operations.at(-1)!;
  }
}
