/**
 * What a run under faults leaves behind, from four witnesses that know nothing of each other: the client that asked, the sink that the
 * handlers write to, the database's own triggers, and whoever injected the faults. Plain data, so that a failed run can be kept as files.
 */
export interface History {
  seed: number;
  leaseMs: number;
  /** How far apart the injector and the database may read one moment. Default 1 s; a simulation has one clock. */
  stampSlackMs?: number;
  operations: ClientOperation[];
  sink: SinkLine[];
  faults: FaultSpan[];
  /** In the order in which the database's triggers wrote them. */
  changes: Change[];
  /** The rows as they stood after quiet. */
  final: FinalRows;
}

/**
 * One call of the driver. `ok`: a 2xx. `fail`: surely nothing was done: a 4xx, or a 503 whose code ends in `.not-accepted`.
 * `unknown`: everything else, such as a timeout or another 5xx.
 */
export interface ClientOperation {
  op: 'submit' | 'cancel' | 'replay' | 'read';
  outcome: 'ok' | 'fail' | 'unknown';
  /** `Idempotency-Key` of a submission. Several calls may carry the same one. */
  key?: string;
  /** Of a submission the id in the answer, else the job asked for. */
  jobId?: string;
  status?: number;
  code?: string;
  /** What the answer told about the job. */
  state?: string;
  /** ms since the epoch (virtual in a simulation). */
  fromMs: number;
  toMs: number;
}

/** Written by the handler itself, at its first and its last statement, past everything of ours. */
export interface SinkLine {
  what: 'start' | 'end';
  jobId: string;
  /** As the handler's context tells it. */
  attempt: number;
  /**
   * Drawn anew by each handler run: what it returns as its result, `{"runId": …}`, and its progress message and one log line are it too. An
   * error that has it in its message can be told from that of another attempt.
   */
  runId: string;
  /** Which worker instance ran it. */
  worker: string;
  /** At the end: what the handler is about to do. `ok` returns, `fail` throws, `crash` ends its process … */
  plan: string;
  /** Of the machine's clock, as the handler sees it: it may be wrong by as much as a fault makes it. The order of lines is the order of time. */
  atMs: number;
}

export interface FaultSpan {
  /** As in the fault table: `kill`, `pause`, `partition` … */
  kind: string;
  /** An instance such as `worker-2`, or `postgres`, `rabbitmq`, `s3`. */
  target: string;
  fromMs: number;
  /** When it was healed. */
  toMs: number;
  detail?: string;
}

/** One row changed, as a trigger saw it. */
export interface Change {
  seq: number;
  /** `windlass_now()`, ms since the epoch. */
  atMs: number;
  /** How long its statement had been going by then, by the database machine's clock: what it read may be as old as that. */
  tookMs?: number;
  /** The instance whose connection wrote it, such as `scheduler-1`. */
  app: string;
  table: 'jobs' | 'job_history' | 'job_events' | 'artifacts' | 'job_logs' | 'stopping_attempts' | 'leaders';
  op: 'insert' | 'update' | 'delete';
  jobId?: string;
  /**
   * The row's columns before and after, as PostgreSQL's to_jsonb has them, without payload, result, stack traces. Instead of the payload of
   * a job its `key` (see FinalRows), instead of a result its `runId`, and `in_file` where it lies in a file.
   */
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  /**
   * The hot row's epoch at that moment, where the row changed is another's (artifacts, job_logs, job_events). Absent: no such row, or it
   * changed while the statement ran.
   */
  currentEpoch?: number;
  /** Who led at that moment, and whether the lead had not run out. */
  leader?: { holder: string; term: number; live: boolean };
  /** Until when every lease had grace (`beat_path`), ms since the epoch. */
  graceUntilMs?: number;
}

/**
 * Rows as to_jsonb has them, without payload, result and error. `key` of a job or run: what its payload has as `"key": "…"` within the
 * first 500 characters; drivers put the `Idempotency-Key` there, so that two jobs of one key can be told. `runId`, `in_file`: as in `Change`.
 */
export interface FinalRows {
  jobs: Record<string, unknown>[];
  history: Record<string, unknown>[];
  events: Record<string, unknown>[];
  artifacts: Record<string, unknown>[];
  keys: Record<string, unknown>[];
  stopping: Record<string, unknown>[];
  /** Depth by queue and state, counts and deltas added up. */
  counts: { queue: string; state: string; n: number }[];
  atMs: number;
}

/** The checks of the promises: docs/reliability.md says what each means. */
export type Rule = 'H1' | 'H2' | 'H3' | 'H4' | 'H5' | 'H7' | 'H8';

export interface Violation {
  rule: Rule;
  /** Which of the verdict's counts it adds to. */
  counts: keyof VerdictCounts;
  jobId?: string;
  text: string;
}

export interface VerdictCounts {
  lost: number;
  doubleTerminal: number;
  duplicateEffects: number;
  staleWrites: number;
  unjustifiedRuns: number;
  stuck: number;
}

export interface Verdict extends VerdictCounts {
  violations: Violation[];
  /** What was looked at, so that a verdict over nothing shows as such. */
  looked: { operations: number; jobs: number; runs: number; changes: number; faults: number };
}
