import type { FaultSpan } from '../history.js';

/** Faults are stamped by the machine that injects them, rows by the database: two readings of one moment may be this far apart. */
export const STAMP_SLACK_MS = 1_000;

/** Targets that stand for the machine that everything runs on. */
const WHOLE_HOST = new Set(['host', 'all', '*']);
/** A worker whose children, storage or clock suffer goes on and tells how its attempts ended. */
const TAKES_NO_ATTEMPT = /^(kill-children|pause-children|s3-.*|clock)$|\bs3$/;
/** Who stops in order gives back what it has; it cannot when something else goes wrong meanwhile. */
const IN_ORDER = new Set(['stop', 'drain-worker', 'rolling-restart']);

/** When the workers themselves were hit. What happened to the database, the broker or another service is no excuse for a rerun. */
export class WorkerFaults {
  constructor(
    private readonly faults: FaultSpan[],
    private readonly slackMs: number,
  ) {}

  /** Whether a fault that can take attempts away from this worker, on it, on a link of it or on its machine, overlaps [fromMs, toMs]. */
  hit(names: readonly (string | undefined)[], fromMs: number, toMs: number): boolean {
    return this.faults.some(
      (span) =>
        this.overlap(span, { fromMs, toMs }) &&
        (WHOLE_HOST.has(span.target) || names.some((name) => name !== undefined && namesInstance(span.target, name))) &&
        takes(span) &&
        (!IN_ORDER.has(span.kind) || this.hasCompany(span)),
    );
  }

  private hasCompany(span: FaultSpan): boolean {
    const another = (each: FaultSpan) => each.kind !== span.kind || each.fromMs !== span.fromMs;
    return this.faults.some((each) => another(each) && takes(each) && this.overlap(each, span));
  }

  private overlap(a: Pick<FaultSpan, 'fromMs' | 'toMs'>, b: Pick<FaultSpan, 'fromMs' | 'toMs'>): boolean {
    return a.fromMs <= b.toMs + this.slackMs && a.toMs >= b.fromMs - this.slackMs;
  }
}

const takes = ({ kind, target }: FaultSpan): boolean => !TAKES_NO_ATTEMPT.test(kind) && !TAKES_NO_ATTEMPT.test(target);

/** `worker-2` itself, or a link such as `worker-2:rabbitmq` or `core-api-1->worker-2`; not `worker-20`. */
function namesInstance(target: string, name: string): boolean {
  for (let at = target.indexOf(name); at >= 0; at = target.indexOf(name, at + 1)) {
    const before = target[at - 1] ?? ' ';
    const after = target[at + name.length] ?? ' ';
    if (!/[A-Za-z0-9-]/.test(before) && !/[A-Za-z0-9]/.test(after)) return true;
  }
  return false;
}
