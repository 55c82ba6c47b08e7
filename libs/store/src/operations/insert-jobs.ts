import type { Backoff, JobState, OnDuplicate, Retention } from '@windlass/contracts';
import { type InsertShape, insertName, insertText } from './insert-text.js';
import { type Queryable, runStatement } from './statement.js';

/** What jobs of one flush share: most flushes have a single template, which keeps the arrays short. */
export interface JobTemplate {
  tenantId: string;
  type: string;
  typeVersion: number;
  queue: string;
  priority: number;
  maxAttempts: number;
  softMs: number;
  hardMs: number;
  backoff: Backoff;
  retryTimeout: boolean;
  tags: string[];
  retention: Retention;
}

/** What few jobs have. */
export interface JobExtras {
  /** A moment, ms since the epoch; one that has passed means now. */
  runAtMs?: number;
  /** From the commit on, by the database's clock. */
  delayMs?: number;
  /** From the commit on: not started by then, it expires. */
  ttlMs?: number;
  dedupe?: { key: string; onDuplicate: OnDuplicate };
  concurrency?: { key: string; limit: number };
}

export interface NewJob {
  id: string;
  template: JobTemplate;
  payload: string;
  requestId?: string;
  /** Handed to the broker straight after the commit: inserted with its mark set. For jobs that may run at once only. */
  dispatched: boolean;
  key?: { value: string; fingerprint: string };
  extras?: JobExtras;
}

export interface InsertOptions {
  /** The same call may have committed before (its connection was lost): then jobs that have finished since stay finished. */
  repeated: boolean;
  /** How long a dispatched job counts as handed over. */
  markMs: number;
}

const SHAPES = [false, true].flatMap((keyed) =>
  [false, true].flatMap((extended) => [false, true].map((repeated) => ({ keyed, extended, repeated }))),
);
const STATEMENTS = new Map(SHAPES.map((shape) => [insertName(shape), insertText(shape)]));

/** Keys are kept for a day: as long as a client may reasonably repeat a request. */
export const KEY_LIFE_MS = 86_400_000;

/**
 * Inserts jobs with their idempotency keys in one statement, and answers what was inserted, with its state. A keyed job that is not
 * among them met an older request with its key, or one that is under way: see `findKeys`. Keys within one call must be different.
 * Jobs with a dedupe key take `insertDedupedJobs`.
 */
export async function insertJobs(
  db: Queryable,
  jobs: NewJob[],
  options: InsertOptions,
): Promise<Map<string, JobState>> {
  const shape: InsertShape = {
    keyed: jobs.some((job) => job.key),
    extended: jobs.some((job) => job.extras),
    repeated: options.repeated,
  };
  return insertShaped(db, jobs, shape, options.markMs);
}

/** With the statement of one shape: for a caller that needs another one than its jobs call for. */
export async function insertShaped(
  db: Queryable,
  jobs: NewJob[],
  shape: InsertShape,
  markMs: number,
): Promise<Map<string, JobState>> {
  const name = insertName(shape);
  const rows = await runStatement<{ id: string; state?: JobState }>(db, name, STATEMENTS.get(name) ?? '', [
    ...jobValues(jobs),
    markMs,
    ...(shape.keyed
      ? [jobs.map((job) => job.key?.value ?? null), jobs.map((job) => job.key?.fingerprint ?? null), KEY_LIFE_MS]
      : []),
    ...(shape.extended ? extraValues(jobs) : []),
  ]);
  return new Map(rows.map((row) => [row.id, row.state ?? 'queued']));
}

/** $1 to $17: the jobs, each with the place of its template, and the templates. */
function jobValues(jobs: NewJob[]): unknown[] {
  const templates: JobTemplate[] = [];
  const places = new Map<JobTemplate, number>();
  const numbers = jobs.map(({ template }) => {
    let place = places.get(template);
    if (place === undefined) {
      place = templates.push(template);
      places.set(template, place);
    }
    return place;
  });
  return [
    jobs.map((job) => job.id),
    numbers,
    jobs.map((job) => job.payload),
    jobs.map((job) => job.requestId ?? null),
    jobs.map((job) => job.dispatched),
    templates.map((each) => each.tenantId),
    templates.map((each) => each.type),
    templates.map((each) => each.typeVersion),
    templates.map((each) => each.queue),
    templates.map((each) => each.priority),
    templates.map((each) => each.maxAttempts),
    templates.map((each) => each.softMs),
    templates.map((each) => each.hardMs),
    templates.map((each) => JSON.stringify(each.backoff)),
    templates.map((each) => each.retryTimeout),
    templates.map((each) => arrayLiteral(each.tags)),
    templates.map((each) => each.retention),
  ];
}

const extraValues = (jobs: NewJob[]): unknown[] => [
  jobs.map((job) => job.extras?.runAtMs ?? null),
  jobs.map((job) => job.extras?.delayMs ?? null),
  jobs.map((job) => job.extras?.ttlMs ?? null),
  jobs.map((job) => job.extras?.dedupe?.key ?? null),
  jobs.map((job) => job.extras?.concurrency?.key ?? null),
  jobs.map((job) => job.extras?.concurrency?.limit ?? null),
];

/** A text[] inside a text[]: PostgreSQL unnests rows of equal length only, so tags travel as a literal each. */
function arrayLiteral(values: string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
