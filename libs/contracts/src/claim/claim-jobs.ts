import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { Millis, TenantId, TypeName, Uuid } from '../fields.js';

/**
 * worker → core: asks for up to `free` of the named jobs. `token` is new for each claim and repeated when the claim is
 * repeated: then the same epochs and payloads come back. The worker acknowledges the job message after the reply.
 */
export const ClaimJobs = Type.Object({
  worker: Type.String({ maxLength: 128 }),
  /** Where it will run, for the history. */
  machine: Type.Optional(Type.String({ maxLength: 255 })),
  incarnation: Uuid,
  token: Uuid,
  type: TypeName,
  versions: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 50 }),
  ids: Type.Array(Uuid, { maxItems: 200 }),
  free: Type.Integer({ minimum: 0, maximum: 10_000 }),
});
export type ClaimJobs = Static<typeof ClaimJobs>;
export const claimJobs = defineMessage('claim.jobs', ClaimJobs);

export const ClaimedJob = Type.Object({
  jobId: Uuid,
  run: Type.Integer(),
  epoch: Type.Integer(),
  token: Uuid,
  /** From 1. A claim given back before its start does not count. */
  attempt: Type.Integer(),
  tenantId: TenantId,
  type: TypeName,
  version: Type.Integer(),
  payload: Type.String(),
  softMs: Millis,
  hardMs: Millis,
  requestId: Type.Optional(Type.String()),
});
export type ClaimedJob = Static<typeof ClaimedJob>;
/** What is not in `jobs` was gone, held by another, or given back to the backlog. */
export const claimJobsReply = defineMessage('claim.jobs.reply', Type.Object({ jobs: Type.Array(ClaimedJob) }));
