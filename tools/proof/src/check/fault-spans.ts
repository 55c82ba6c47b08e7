import type { FaultSpan } from '../history.js';

/** Faults are stamped by the machine that injects them, rows by the database: two readings of one moment may be this far apart. */
export const STAMP_SLACK_MS = 1_000;

/** Targets that stand for the machine that everything runs on. */
const WHOLE_HOST = new Set(['host', 'all', '*']);

/** When the workers themselves were hit. What happened to the database, the broker or another service is no excuse for a rerun. */
export class WorkerFaults {
  constructor(private readonly faults: FaultSpan[]) {}

  /** Whether a fault on this worker, on a link of it or on its machine overlaps [fromMs, toMs]. */
  hit(names: readonly (string | undefined)[], fromMs: number, toMs: number): boolean {
    return this.faults.some(
      (span) =>
        span.fromMs <= toMs + STAMP_SLACK_MS &&
        span.toMs >= fromMs - STAMP_SLACK_MS &&
        (WHOLE_HOST.has(span.target) || names.some((name) => name !== undefined && namesInstance(span.target, name))),
    );
  }
}

/** `worker-2` itself, or a link such as `worker-2:rabbitmq` or `core-api-1->worker-2`; not `worker-20`. */
function namesInstance(target: string, name: string): boolean {
  for (let at = target.indexOf(name); at >= 0; at = target.indexOf(name, at + 1)) {
    const before = target[at - 1] ?? ' ';
    const after = target[at + name.length] ?? ' ';
    if (!/[A-Za-z0-9-]/.test(before) && !/[A-Za-z0-9]/.test(after)) return true;
  }
  return false;
}
