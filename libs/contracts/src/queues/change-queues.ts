import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { Actor, Millis, QueueName, TenantId } from '../fields.js';

/** A queue belongs to the installation, not to a tenant: its figures count everybody's jobs. */
export const QueueView = Type.Object({
  name: QueueName,
  /** Made by an operator; else it is that of the type of its name. */
  named: Type.Boolean(),
  paused: Type.Boolean(),
  pausedAt: Type.Optional(Millis),
  /** Running jobs at most, over all workers. */
  maxRunning: Type.Optional(Type.Integer()),
  queued: Type.Integer(),
  /** Queued, but their concurrency key is used up. */
  held: Type.Integer(),
  scheduled: Type.Integer(),
  blocked: Type.Integer(),
  running: Type.Integer(),
  /** How long the one that has been queued longest has waited. */
  oldestMs: Type.Optional(Type.Number()),
  types: Type.Array(
    Type.Object({ type: Type.String(), queued: Type.Integer(), running: Type.Integer(), slots: Type.Integer() }),
  ),
});
export type QueueView = Static<typeof QueueView>;

export const listQueues = defineMessage('queues.list', Type.Object({}));
export const listQueuesReply = defineMessage('queues.list.reply', Type.Object({ items: Type.Array(QueueView) }));
export const readQueue = defineMessage('queues.read', Type.Object({ name: QueueName }));
/** Changes what is given; `create` makes a named queue where there is none. `maxRunning: null` lifts the limit. */
export const ChangeQueue = Type.Object({
  tenantId: TenantId,
  actor: Actor,
  name: QueueName,
  create: Type.Optional(Type.Boolean()),
  paused: Type.Optional(Type.Boolean()),
  maxRunning: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: 1_000_000 }), Type.Null()])),
});
export type ChangeQueue = Static<typeof ChangeQueue>;
export const changeQueue = defineMessage('queues.change', ChangeQueue);
/** Forgets a named queue without jobs, or a type queue's settings. */
export const removeQueue = defineMessage(
  'queues.remove',
  Type.Object({ tenantId: TenantId, actor: Actor, name: QueueName }),
);
export const queueReply = defineMessage('queues.reply', QueueView);
export const removeQueueReply = defineMessage('queues.remove.reply', Type.Object({}));
