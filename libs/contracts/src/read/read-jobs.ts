import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { ArtifactEntry, AttemptError, Backoff, JobState, Millis, Progress, TenantId, Uuid } from '../fields.js';

/** One reason why a job is not running. In the order in which they have to pass. */
export const WaitingFor = Type.Union([
  /** `retry`: the backoff after a failed attempt. */
  Type.Object({ kind: Type.Union([Type.Literal('delay'), Type.Literal('retry')]), until: Millis }),
  Type.Object({ kind: Type.Literal('parents') }),
  Type.Object({ kind: Type.Literal('queue-paused'), queue: Type.String(), since: Millis }),
  /** `knownVersions`: what workers that are there run of this type; empty when none is there. */
  Type.Object({
    kind: Type.Literal('no-worker'),
    type: Type.String(),
    version: Type.Integer(),
    knownVersions: Type.Array(Type.Integer()),
  }),
  Type.Object({
    kind: Type.Literal('queue-limit'),
    queue: Type.String(),
    limit: Type.Integer(),
    running: Type.Integer(),
  }),
  /** `holders`: at most ten of the tenant's jobs that have it now. */
  Type.Object({
    kind: Type.Literal('concurrency-key'),
    key: Type.String(),
    limit: Type.Integer(),
    holders: Type.Array(Uuid),
  }),
  /** `ahead` jobs of its type and queue go first; counted up to 1,000. `slots`: of living workers, all of them busy or not. */
  Type.Object({ kind: Type.Literal('backlog'), ahead: Type.Integer(), slots: Type.Integer() }),
]);
export type WaitingFor = Static<typeof WaitingFor>;

/** A job as clients see it; the result and the payload travel separately or on request. */
export const JobView = Type.Object({
  id: Uuid,
  type: Type.String(),
  typeVersion: Type.Integer(),
  queue: Type.String(),
  state: JobState,
  run: Type.Integer(),
  /** Claims over all runs. */
  epoch: Type.Integer(),
  /** Of this run. */
  attempt: Type.Integer(),
  maxAttempts: Type.Integer(),
  /** Claims given back before their start, in this run. */
  releases: Type.Integer(),
  /** Over all runs, as beanstalkd counts: attempts that ended at a time limit, that were tried again, runs that failed. */
  timeouts: Type.Integer(),
  retries: Type.Integer(),
  buries: Type.Integer(),
  priority: Type.Integer(),
  tags: Type.Array(Type.String()),
  payload: Type.Optional(Type.String()),
  progress: Type.Optional(Progress),
  error: Type.Optional(AttemptError),
  outcome: Type.Optional(Type.String()),
  worker: Type.Optional(Type.String()),
  machine: Type.Optional(Type.String()),
  /** Cancelled, and its attempt has not ended yet. */
  stopping: Type.Optional(Type.Boolean()),
  /** Why it was cancelled. */
  reason: Type.Optional(Type.String()),
  createdAt: Millis,
  runAt: Type.Optional(Millis),
  startedAt: Type.Optional(Millis),
  finishedAt: Type.Optional(Millis),
  /** End of its time to live. */
  expiresAt: Type.Optional(Millis),
  softMs: Millis,
  hardMs: Millis,
  /** Of a running job: until the hard limit, by the database's clock. */
  timeLeftMs: Type.Optional(Type.Number()),
  backoff: Backoff,
  retention: Type.String(),
  dedupeKey: Type.Optional(Type.String()),
  concurrencyKey: Type.Optional(Type.String()),
  concurrencyLimit: Type.Optional(Type.Integer()),
  /** Of an unfinished job that does not run, when it alone is read and nobody waits for its end. */
  waitingFor: Type.Optional(Type.Array(WaitingFor)),
});
export type JobView = Static<typeof JobView>;

/** With `waitMs` the answer waits until the job is finished, at most that long. */
export const readJob = defineMessage(
  'read.job',
  Type.Object({ tenantId: TenantId, id: Uuid, waitMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })) }),
);
export const readJobReply = defineMessage('read.job.reply', JobView);

export const ListJobs = Type.Object({
  tenantId: TenantId,
  type: Type.Optional(Type.String()),
  state: Type.Optional(JobState),
  tag: Type.Optional(Type.String()),
  queue: Type.Optional(Type.String()),
  /** Jobs with a smaller id than this: newest first. */
  before: Type.Optional(Uuid),
  limit: Type.Integer({ minimum: 1, maximum: 100 }),
});
export type ListJobs = Static<typeof ListJobs>;
export const listJobs = defineMessage('read.jobs', ListJobs);
export const listJobsReply = defineMessage(
  'read.jobs.reply',
  Type.Object({ items: Type.Array(JobView), next: Type.Optional(Uuid) }),
);

/** `result` is JSON text of the last run, `resultFile` where it lies when it is large; the state tells why there is none. */
export const readResult = defineMessage('read.result', Type.Object({ tenantId: TenantId, id: Uuid }));
export const readResultReply = defineMessage(
  'read.result.reply',
  Type.Object({
    state: JobState,
    result: Type.Optional(Type.String()),
    resultFile: Type.Optional(ArtifactEntry),
    error: Type.Optional(AttemptError),
  }),
);
