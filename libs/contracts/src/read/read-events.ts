import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { AttemptError, Millis, TenantId, Uuid } from '../fields.js';

/**
 * One line of a job's history, in this order: by run, epoch, time, the terminal one last. `submitted` and `started` are read from the job's own
 * columns (of an earlier attempt: from its end); the rest are rows.
 */
export const JobEvent = Type.Object({
  run: Type.Integer(),
  epoch: Type.Integer(),
  /** `submitted`, `started`, `attempt-<outcome>`, `replayed`, or the terminal state. */
  kind: Type.String(),
  terminal: Type.Boolean(),
  at: Millis,
  worker: Type.Optional(Type.String()),
  machine: Type.Optional(Type.String()),
  /** Who asked for it (cancel, replay). */
  actor: Type.Optional(Type.String()),
  /** Why, in a few words, where the kind does not say it. */
  reason: Type.Optional(Type.String()),
  error: Type.Optional(AttemptError),
});
export type JobEvent = Static<typeof JobEvent>;

/** With `waitMs` the answer waits, at most that long, until there are more than `known` events or the job is finished. */
export const readEvents = defineMessage(
  'read.events',
  Type.Object({
    tenantId: TenantId,
    id: Uuid,
    known: Type.Optional(Type.Integer({ minimum: 0 })),
    waitMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
  }),
);
/** All of them, whatever was known; at most 1,000. */
export const readEventsReply = defineMessage(
  'read.events.reply',
  Type.Object({ items: Type.Array(JobEvent), finished: Type.Boolean() }),
);
