import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { Backoff, ClientKey, JobState, Millis, Priority, QueueName, Retention, TenantId, Uuid } from '../fields.js';
import { ProblemBody } from '../rpc-reply.js';

/** A year: what shall run later belongs into a schedule. */
export const MAX_DELAY_MS = 366 * 86_400_000;

/** What happens when an unfinished job of the tenant has the key already. */
export const OnDuplicate = Type.Union([
  /** 409 `submit.duplicate`. */
  Type.Literal('reject'),
  /** The answer is the job that is there. */
  Type.Literal('return'),
  /** The job that is there is cancelled, running or not, in the transaction that makes the new one. */
  Type.Literal('replace'),
]);
export type OnDuplicate = Static<typeof OnDuplicate>;

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
  /** Left out: the type's own queue. */
  queue: Type.Optional(QueueName),
  priority: Type.Optional(Priority),
  /** From the commit on, by the database's clock. Not together with `runAt`. */
  delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_DELAY_MS })),
  /** A moment; one that has passed means now. */
  runAt: Type.Optional(Millis),
  /** From the commit on: a job that has not started by then expires. */
  ttlMs: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_DELAY_MS })),
  dedupe: Type.Optional(Type.Object({ key: ClientKey, onDuplicate: OnDuplicate })),
  /** At most `limit` jobs of the tenant with this key run at a time, over all workers, types and queues. */
  concurrency: Type.Optional(Type.Object({ key: ClientKey, limit: Type.Integer({ minimum: 1, maximum: 10_000 }) })),
  retention: Type.Optional(Retention),
});
export type SubmitItem = Static<typeof SubmitItem>;

export const submitJobs = defineMessage(
  'submit.jobs',
  Type.Object({ items: Type.Array(SubmitItem, { maxItems: 1000 }) }),
);

export const SubmitOutcome = Type.Union([
  Type.Object({
    id: Uuid,
    state: JobState,
    /** False: an earlier request with this Idempotency-Key made it, and this is that request's answer. */
    created: Type.Boolean(),
    /** The dedupe key was held, and its holder is the answer. */
    duplicate: Type.Optional(Type.Boolean()),
    /** Of that holder, whose type may be another one. Left out: the type that was submitted. */
    type: Type.Optional(Type.String()),
  }),
  Type.Object({ problem: ProblemBody }),
]);
export type SubmitOutcome = Static<typeof SubmitOutcome>;
export const submitJobsReply = defineMessage('submit.jobs.reply', Type.Object({ items: Type.Array(SubmitOutcome) }));
