import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { Actor, JobState, Millis, QueueName, TenantId, Uuid } from '../fields.js';

/** More is a second action: a typing error in a filter stays bounded. */
export const MAX_ACTION_JOBS = 100_000;

/** Which jobs: all that match every field that is there. A purge needs a finished state, a cancel an unfinished one or none. */
export const ActionFilter = Type.Object({
  state: Type.Optional(JobState),
  type: Type.Optional(Type.String({ maxLength: 200 })),
  queue: Type.Optional(QueueName),
  tag: Type.Optional(Type.String({ maxLength: 64 })),
  /** Of the last attempt: `timed-out`, `lost` … */
  outcome: Type.Optional(Type.String({ maxLength: 32 })),
  createdAfter: Type.Optional(Millis),
  createdBefore: Type.Optional(Millis),
});
export type ActionFilter = Static<typeof ActionFilter>;

export const ActionKind = Type.Union([Type.Literal('replay'), Type.Literal('purge'), Type.Literal('cancel')]);
export type ActionKind = Static<typeof ActionKind>;

/** A bulk action: runs in the background, newest jobs first, those that existed when it was made. */
export const ActionView = Type.Object({
  id: Uuid,
  action: ActionKind,
  filter: ActionFilter,
  state: Type.Union([
    Type.Literal('running'),
    Type.Literal('done'),
    /** Reached `maxJobs` with more left. */
    Type.Literal('bounded'),
    Type.Literal('stopped'),
  ]),
  maxJobs: Type.Integer(),
  /** Jobs that matched so far, and of these how many it changed; the rest had moved on meanwhile. */
  matched: Type.Integer(),
  changed: Type.Integer(),
  actor: Type.String(),
  createdAt: Millis,
  finishedAt: Type.Optional(Millis),
});
export type ActionView = Static<typeof ActionView>;

export const beginAction = defineMessage(
  'actions.begin',
  Type.Object({
    tenantId: TenantId,
    actor: Actor,
    action: ActionKind,
    filter: ActionFilter,
    maxJobs: Type.Integer({ minimum: 1, maximum: MAX_ACTION_JOBS }),
  }),
);
export const readAction = defineMessage('actions.read', Type.Object({ tenantId: TenantId, id: Uuid }));
/** Ends a running one; what it has done stays done. One that has ended answers as it is. */
export const stopAction = defineMessage('actions.stop', Type.Object({ tenantId: TenantId, id: Uuid, actor: Actor }));
export const actionReply = defineMessage('actions.reply', ActionView);
/** Newest first, at most 100. */
export const listActions = defineMessage('actions.list', Type.Object({ tenantId: TenantId }));
export const listActionsReply = defineMessage('actions.list.reply', Type.Object({ items: Type.Array(ActionView) }));

/** What somebody did that is not a submission: cancel, replay, bulk actions, changes of queues. */
export const AuditEntry = Type.Object({
  id: Uuid,
  at: Millis,
  actor: Type.String(),
  /** `cancel`, `replay`, `actions.begin`, `queues.pause` … */
  action: Type.String(),
  /** Id or name of what it was done to. */
  object: Type.String(),
  detail: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type AuditEntry = Static<typeof AuditEntry>;
export const listAudit = defineMessage(
  'audit.list',
  Type.Object({ tenantId: TenantId, before: Type.Optional(Uuid), limit: Type.Integer({ minimum: 1, maximum: 100 }) }),
);
export const listAuditReply = defineMessage(
  'audit.list.reply',
  Type.Object({ items: Type.Array(AuditEntry), next: Type.Optional(Uuid) }),
);
