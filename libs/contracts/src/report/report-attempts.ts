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
  /** The handler said so: the job ends as cancelled. */
  Type.Literal('cancelled'),
  /** Written by the rescue only, never by a worker. */
  Type.Literal('lost'),
]);
export type AttemptOutcome = Static<typeof AttemptOutcome>;

/** UTF-8. A larger result is a file, so that neither the broker nor the history carries it. */
export const INLINE_RESULT_BYTES = 262_144;

export const AttemptReport = Type.Intersect([
  AttemptRef,
  Type.Object({
    outcome: AttemptOutcome,
    /** JSON text, with `succeeded`, up to INLINE_RESULT_BYTES. The worker has checked a larger one against its schema and stored it. */
    result: Type.Optional(Type.String()),
    resultFile: Type.Optional(ArtifactEntry),
    error: Type.Optional(AttemptError),
    /** What the handler asked for: the type's policy, no retry, or a retry after this delay. */
    retry: Type.Optional(Type.Union([Type.Literal('never'), Type.Object({ delayMs: Millis })])),
    /** Whatever the attempt stored, however it ended: a success promotes it, anything else has it collected. */
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
