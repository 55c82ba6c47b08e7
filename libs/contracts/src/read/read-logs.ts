import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { LogLevel, Millis, TenantId, Uuid } from '../fields.js';

/** Where a line stands among all lines of its job: by run, then epoch, then number. Lines are added at the end only. */
export const LogPlace = Type.Object({
  run: Type.Integer({ minimum: 1 }),
  epoch: Type.Integer({ minimum: 0 }),
  seq: Type.Integer({ minimum: 0 }),
});
export type LogPlace = Static<typeof LogPlace>;

export const LogLine = Type.Intersect([
  LogPlace,
  Type.Object({
    at: Millis,
    level: LogLevel,
    /** `handler`, `stdout` or `stderr`. */
    source: Type.String({ maxLength: 16 }),
    message: Type.String(),
  }),
]);
export type LogLine = Static<typeof LogLine>;

/** Oldest first, strictly after `after`. With `waitMs` the answer waits, at most that long, for a line or the job's end. */
export const ReadLogs = Type.Object({
  tenantId: TenantId,
  id: Uuid,
  after: Type.Optional(LogPlace),
  /** Lines of this level and above. */
  level: Type.Optional(LogLevel),
  limit: Type.Integer({ minimum: 1, maximum: 1_000 }),
  waitMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
});
export type ReadLogs = Static<typeof ReadLogs>;
export const readLogs = defineMessage('read.logs', ReadLogs);
/** `more`: the page is full. `finished`: the job is, and nothing follows once `more` is false. */
export const readLogsReply = defineMessage(
  'read.logs.reply',
  Type.Object({ items: Type.Array(LogLine), more: Type.Boolean(), finished: Type.Boolean() }),
);
