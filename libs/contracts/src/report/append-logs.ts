import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { AttemptRef, LogLevel, Millis, Uuid } from '../fields.js';

/** Of one attempt at most: more is dropped where it is written, with a last line that says so. */
export const MAX_LOG_LINES = 1_000;

/** worker → core: log lines, in order for each attempt, repeated until answered. `seq` counts from 1 within the attempt. */
export const AppendLogs = Type.Object({
  worker: Type.String({ maxLength: 128 }),
  incarnation: Uuid,
  items: Type.Array(
    Type.Intersect([
      AttemptRef,
      Type.Object({
        lines: Type.Array(
          Type.Object({
            seq: Type.Integer({ minimum: 1, maximum: MAX_LOG_LINES + 1 }),
            at: Millis,
            level: LogLevel,
            source: Type.String({ maxLength: 16 }),
            message: Type.String({ maxLength: 8_192 }),
          }),
          { minItems: 1, maxItems: 500 },
        ),
      }),
    ]),
    { minItems: 1, maxItems: 500 },
  ),
});
export type AppendLogs = Static<typeof AppendLogs>;
export const appendLogs = defineMessage('append.logs', AppendLogs);
/** `fenced`: lines of attempts that are not current are dropped (those of a cancelled attempt that still ends are kept). */
export const appendLogsReply = defineMessage('append.logs.reply', Type.Object({ fenced: Type.Array(Uuid) }));
