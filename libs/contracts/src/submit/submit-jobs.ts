import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { Backoff, JobState, TenantId, Uuid } from '../fields.js';
import { ProblemBody } from '../rpc-reply.js';

/**
 * gateway → core: the submissions of one event-loop turn, each answered on its own.
 * `payload` is the client's JSON text, byte for byte: it is stored as text, since jsonb would reorder it.
 */
export const SubmitItem = Type.Object({
  tenantId: TenantId,
  type: Type.String({ maxLength: 200 }),
  payload: Type.String(),
  requestId: Type.Optional(Type.String({ maxLength: 128 })),
  idempotencyKey: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  /** sha256 hex over what makes two requests the same. Present with `idempotencyKey`. */
  fingerprint: Type.Optional(Type.String({ maxLength: 64 })),
  tags: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 16 })),
  maxAttempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  backoff: Type.Optional(Backoff),
  softMs: Type.Optional(Type.Integer({ minimum: 1 })),
  hardMs: Type.Optional(Type.Integer({ minimum: 1 })),
});
export type SubmitItem = Static<typeof SubmitItem>;

export const submitJobs = defineMessage(
  'submit.jobs',
  Type.Object({ items: Type.Array(SubmitItem, { maxItems: 1000 }) }),
);

export const SubmitOutcome = Type.Union([
  Type.Object({ id: Uuid, state: JobState, created: Type.Boolean() }),
  Type.Object({ problem: ProblemBody }),
]);
export type SubmitOutcome = Static<typeof SubmitOutcome>;
export const submitJobsReply = defineMessage('submit.jobs.reply', Type.Object({ items: Type.Array(SubmitOutcome) }));
