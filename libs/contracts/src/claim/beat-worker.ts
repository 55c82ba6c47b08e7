import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { AttemptRef, Progress, TypeName, Uuid } from '../fields.js';

/** Who beats: the worker's row in the registry. Sent every `beatMs`; left out of the quick beats that only carry progress. */
export const WorkerPresence = Type.Object({
  host: Type.String({ maxLength: 255 }),
  pid: Type.Integer(),
  version: Type.String({ maxLength: 64 }),
  draining: Type.Boolean(),
  types: Type.Array(
    Type.Object({
      type: TypeName,
      version: Type.Integer(),
      slots: Type.Integer({ minimum: 0 }),
      busy: Type.Integer({ minimum: 0 }),
    }),
    { maxItems: 200 },
  ),
});
export type WorkerPresence = Static<typeof WorkerPresence>;

/** worker → core: these attempts live. Extends their leases on the database's clock. */
export const BeatWorker = Type.Object({
  worker: Type.String({ maxLength: 128 }),
  incarnation: Uuid,
  presence: Type.Optional(WorkerPresence),
  attempts: Type.Array(Type.Intersect([AttemptRef, Type.Object({ progress: Type.Optional(Progress) })]), {
    maxItems: 10_000,
  }),
});
export type BeatWorker = Static<typeof BeatWorker>;
export const beatWorker = defineMessage('beat.worker', BeatWorker);
/**
 * `fenced`: attempts that are no longer this worker's; it kills their children and reports nothing for them.
 * `cancelled`: their jobs were cancelled; the worker aborts the handler, kills it after the grace, and reports as usual: the report
 * is answered `fenced` and closes the attempt.
 */
export const beatWorkerReply = defineMessage(
  'beat.worker.reply',
  Type.Object({ fenced: Type.Array(Uuid), cancelled: Type.Optional(Type.Array(Uuid)) }),
);
