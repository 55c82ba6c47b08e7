import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { AttemptRef, Uuid } from '../fields.js';

/** worker → core: claims given back before their start (drain, no slot). They do not count as attempts; their number is bounded. */
export const ReleaseAttempts = Type.Object({
  worker: Type.String({ maxLength: 128 }),
  incarnation: Uuid,
  items: Type.Array(AttemptRef, { minItems: 1, maxItems: 10_000 }),
});
export type ReleaseAttempts = Static<typeof ReleaseAttempts>;
export const releaseAttempts = defineMessage('release.attempts', ReleaseAttempts);
export const releaseAttemptsReply = defineMessage(
  'release.attempts.reply',
  Type.Object({ released: Type.Array(Uuid) }),
);
