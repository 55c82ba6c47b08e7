import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { Actor, JobState, TenantId, Uuid } from '../fields.js';

/** gateway → core: a finished job runs again, as run + 1, with the payload and options that it had. */
export const ReplayJob = Type.Object({ tenantId: TenantId, id: Uuid, actor: Actor });
export type ReplayJob = Static<typeof ReplayJob>;
export const replayJob = defineMessage('replay.job', ReplayJob);
export const replayJobReply = defineMessage(
  'replay.job.reply',
  Type.Object({ id: Uuid, run: Type.Integer(), state: JobState }),
);
