import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { Actor, JobState, TenantId, Uuid } from '../fields.js';

/**
 * From the call to the child's death on another machine two seconds may pass: what the message takes, this grace for a handler that
 * obeys its signal, then SIGKILL.
 */
export const CANCEL_GRACE_MS = 1_000;

/**
 * gateway → core: `cancelled` is committed at once; against a completion one compare-and-set decides. A job that is cancelled
 * already answers as it is; one that ended otherwise rejects `cancel.job-finished`.
 */
export const CancelJob = Type.Object({
  tenantId: TenantId,
  id: Uuid,
  actor: Actor,
  reason: Type.Optional(Type.String({ maxLength: 500 })),
});
export type CancelJob = Static<typeof CancelJob>;
export const cancelJob = defineMessage('cancel.job', CancelJob);
/** `stopping`: its attempt still runs and holds its tokens until the child is dead or the lease has run out. */
export const cancelJobReply = defineMessage(
  'cancel.job.reply',
  Type.Object({ id: Uuid, state: JobState, stopping: Type.Boolean() }),
);

/** core → all workers: the one with this incarnation ends the attempt. Lost, its next beat says so (`beat.worker.reply`). */
export const attemptCancelled = defineMessage(
  'attempts.cancelled',
  Type.Object({
    items: Type.Array(Type.Object({ incarnation: Uuid, jobId: Uuid, run: Type.Integer(), epoch: Type.Integer() }), {
      maxItems: 500,
    }),
  }),
);
