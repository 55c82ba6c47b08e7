import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { AttemptError, Millis, TenantId, Uuid } from '../fields.js';

/** One line of a job's history: exceptional transitions and the one terminal event per run. */
export const JobEvent = Type.Object({
  run: Type.Integer(),
  epoch: Type.Integer(),
  kind: Type.String(),
  terminal: Type.Boolean(),
  at: Millis,
  worker: Type.Optional(Type.String()),
  error: Type.Optional(AttemptError),
});
export type JobEvent = Static<typeof JobEvent>;
export const readEvents = defineMessage('read.events', Type.Object({ tenantId: TenantId, id: Uuid }));
export const readEventsReply = defineMessage('read.events.reply', Type.Object({ items: Type.Array(JobEvent) }));
