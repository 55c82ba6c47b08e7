import { Type } from '@sinclair/typebox';
import { defineMessage } from './envelope.js';

/** A fault on its way between services: see `Problem` in libs/faults. */
export const ProblemBody = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  retryAfterMs: Type.Optional(Type.Number()),
});

/** Answer to any request that failed as a whole. */
export const faultReply = defineMessage('fault.reply', ProblemBody);
