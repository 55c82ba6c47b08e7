import type { AttemptReport, ReportStatus } from '@windlass/contracts';
import { freeSlots } from '@windlass/dispatch';
import { decideAttempt } from '@windlass/lifecycle';
import {
  addGarbage,
  closeStopping,
  type FinishedAttempt,
  FlushQueue,
  findRecorded,
  finishAttempts,
  type HeldAttempt,
  type RetriedAttempt,
  readHeldAttempts,
  retryAttempts,
} from '@windlass/store';
import type { CorePorts } from '../core-ports.js';
import { litterOf } from './litter.js';

type Ports = Pick<CorePorts, 'db' | 'dispatcher' | 'runtime'> & { finished(ids: Iterable<string>): void };

/** As long as a client's own words about a cancel may be. */
const MAX_REASON_CHARACTERS = 500;

/**
 * The report stage: outcomes of one flush. Successes end in one statement; failures are decided by the lifecycle and written by
 * compare-and-set. What changed no row was recorded before, or is fenced.
 */
export function reportQueue(ports: Ports): FlushQueue<AttemptReport, ReportStatus> {
  return new FlushQueue<AttemptReport, ReportStatus>({
    maxItems: 500,
    maxWaiting: 20_000,
    sizeOf: (report) => report.result?.length ?? 0,
    keyOf: (report) => report.jobId,
    flush: (reports) => record(reports, ports),
  });
}

async function record(reports: AttemptReport[], ports: Ports): Promise<ReportStatus[]> {
  const { finishes, retries } = await decide(reports, ports);
  const ended = finishes.length > 0 ? await finishAttempts(ports.db.engine, finishes) : [];
  ports.finished(ended.map((slot) => slot.id));
  freeSlots(ports.dispatcher, ended);
  const again = retries.length > 0 ? await retryAttempts(ports.db.engine, retries) : [];
  // Those with a delay are promoted by the scheduler when due.
  for (const lane of again) ports.dispatcher.nudge({ queue: lane.queue, type: lane.type });
  freeSlots(ports.dispatcher, again);
  const done = new Set([...ended, ...again].map((slot) => slot.id));
  const open = reports.filter((report) => !done.has(report.jobId));
  const earlier = open.length > 0 ? await findRecorded(ports.db.engine, open) : new Set<string>();
  const strays = open.filter((report) => !earlier.has(report.jobId));
  if (strays.length > 0) await endStrays(strays, ports);
  return reports.map((report) =>
    done.has(report.jobId) ? 'recorded' : earlier.has(report.jobId) ? 'repeated' : 'fenced',
  );
}

/** Ends of attempts that are not current: that of a cancelled one frees what it held, and what any of them stored is collected. */
async function endStrays(reports: AttemptReport[], ports: Ports): Promise<void> {
  await addGarbage(
    ports.db.engine,
    reports.flatMap((report) => litterOf(report) ?? []),
  );
  freeSlots(ports.dispatcher, await closeStopping(ports.db.engine, reports));
}

async function decide(reports: AttemptReport[], ports: Ports) {
  const failed = reports.filter((report) => report.outcome !== 'succeeded');
  const held = new Map<string, HeldAttempt>();
  if (failed.length > 0) {
    for (const row of await readHeldAttempts(
      ports.db.engine,
      failed.map((each) => each.jobId),
    ))
      held.set(row.jobId, row);
  }
  const finishes: FinishedAttempt[] = [];
  const retries: RetriedAttempt[] = [];
  for (const report of reports) {
    if (report.outcome === 'succeeded') {
      finishes.push({ ...report, state: 'succeeded' });
      continue;
    }
    const row = held.get(report.jobId);
    // Another attempt's row says nothing about this one: the write would miss anyway.
    if (!row || row.epoch !== report.epoch || row.token !== report.token) continue;
    const decision = decideAttempt(row, report, ports.runtime.random());
    if (decision.state === 'scheduled')
      retries.push({ ...report, delayMs: decision.delayMs, litters: litterOf(report) !== undefined });
    else finishes.push(unsuccessful(report, decision.state));
  }
  return { finishes, retries };
}

/** Only a success promotes what its attempt wrote. A cancel has a reason, and no error. */
function unsuccessful(report: AttemptReport, state: FinishedAttempt['state']): FinishedAttempt {
  const { artifacts: _, resultFile: __, result: ___, error, ...rest } = report;
  const litters = litterOf(report) !== undefined;
  if (state !== 'cancelled') return { ...rest, state, litters, ...(error ? { error } : {}) };
  const reason = error?.message.slice(0, MAX_REASON_CHARACTERS);
  return { ...rest, state, litters, ...(reason ? { reason } : {}) };
}
