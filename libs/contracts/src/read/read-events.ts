import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { AttemptError, Millis, TenantId, Uuid } from '../fields.js';

/**
 * Where an event stands among all events of its job: by run, then epoch, then rank. No two have the same place, none ever changes it, and what
 * is added stands behind all that was there. Only a start that was none, of a claim that was given back, is taken away; its place stays empty.
 */
export const EventPlace = Type.Object({
  run: Type.Integer({ minimum: 1 }),
  epoch: Type.Integer({ minimum: 0 }),
  /** `submitted` and `replayed` 0, `started` 1, the end of an attempt that is followed by another 2, the terminal event 3. */
  rank: Type.Integer({ minimum: 0 }),
});
export type EventPlace = Static<typeof EventPlace>;

/**
 * One line of a job's history. `submitted` and `started` are read from the job's own columns (of an earlier attempt: from its end); the rest
 * are rows.
 */
export const JobEvent = Type.Object({
  ...EventPlace.properties,
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

/** Oldest first, strictly after `after`. With `waitMs` the answer waits, at most that long, for an event there or the job's end. */
export const readEvents = defineMessage(
  'read.events',
  Type.Object({
    tenantId: TenantId,
    id: Uuid,
    after: Type.Optional(EventPlace),
    /** 100 unless told. */
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    waitMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
  }),
);
/** `more`: others stand behind the page, which also ends where its errors are long. `finished`: the job is, and nothing follows once `more` is false. */
export const readEventsReply = defineMessage(
  'read.events.reply',
  Type.Object({ items: Type.Array(JobEvent), more: Type.Boolean(), finished: Type.Boolean() }),
);
