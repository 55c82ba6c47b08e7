import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { ArtifactEntry, AttemptError, AttemptRef, Millis, Uuid } from '../fields.js';

export const AttemptOutcome = Type.Union([
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('timed-out'),
  Type.Literal('crashed'),
  Type.Literal('oom'),
  Type.Literal('aborted'),
  /** Written by the rescue only, never by a worker. */
  Type.Literal('lost'),
]);
export type AttemptOutcome = Static<typeof AttemptOutcome>;

export const AttemptReport = Type.Intersect([
  AttemptRef,
  Type.Object({
    outcome: AttemptOutcome,
    /** JSON text, with `succeeded`. */
    result: Type.Optional(Type.String()),
    error: Type.Optional(AttemptError),
    /** What the handler asked for: the type's policy, no retry, or a retry after this delay. */
    retry: Type.Optional(Type.Union([Type.Literal('never'), Type.Object({ delayMs: Millis })])),
    artifacts: Type.Optional(Type.Array(ArtifactEntry, { maxItems: 10_000 })),
    durationMs: Type.Number({ minimum: 0 }),
    peakRssBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
]);
export type AttemptReport = Static<typeof AttemptReport>;

/** worker → core: how attempts ended. Sent again until core has answered each; recording is idempotent. */
export const ReportAttempts = Type.Object({
  worker: Type.String({ maxLength: 128 }),
  incarnation: Uuid,
  items: Type.Array(AttemptReport, { minItems: 1, maxItems: 500 }),
});
export type ReportAttempts = Static<typeof ReportAttempts>;
export const reportAttempts = defineMessage('report.attempts', ReportAttempts);

/**
 * `recorded`: this report did it. `repeated`: it stood there already. `fenced`: the attempt was not current, nothing changed.
 * `refused`: the data itself cannot be stored; the worker reports the attempt as failed instead.
 */
export const ReportStatus = Type.Union([
  Type.Literal('recorded'),
  Type.Literal('repeated'),
  Type.Literal('fenced'),
  Type.Literal('refused'),
]);
export type ReportStatus = Static<typeof ReportStatus>;
export const reportAttemptsReply = defineMessage(
  'report.attempts.reply',
  Type.Object({
    items: Type.Array(Type.Object({ jobId: Uuid, status: ReportStatus, reason: Type.Optional(Type.String()) })),
  }),
);
