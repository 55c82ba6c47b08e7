import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { AttemptError, JobState, Millis, Progress, TenantId, Uuid } from '../fields.js';

/** A job as clients see it; the result and the payload travel separately or on request. */
export const JobView = Type.Object({
  id: Uuid,
  type: Type.String(),
  typeVersion: Type.Integer(),
  state: JobState,
  run: Type.Integer(),
  attempt: Type.Integer(),
  maxAttempts: Type.Integer(),
  releases: Type.Integer(),
  timeouts: Type.Integer(),
  priority: Type.Integer(),
  tags: Type.Array(Type.String()),
  payload: Type.Optional(Type.String()),
  progress: Type.Optional(Progress),
  error: Type.Optional(AttemptError),
  outcome: Type.Optional(Type.String()),
  worker: Type.Optional(Type.String()),
  createdAt: Millis,
  runAt: Type.Optional(Millis),
  startedAt: Type.Optional(Millis),
  finishedAt: Type.Optional(Millis),
  hardMs: Millis,
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

/** `result` is JSON text of the last run; the state tells why there is none. */
export const readResult = defineMessage('read.result', Type.Object({ tenantId: TenantId, id: Uuid }));
export const readResultReply = defineMessage(
  'read.result.reply',
  Type.Object({ state: JobState, result: Type.Optional(Type.String()), error: Type.Optional(AttemptError) }),
);
