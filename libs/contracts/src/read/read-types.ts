import { type Static, Type } from '@sinclair/typebox';
import { TypeDeclaration } from '../claim/announce-worker.js';
import { defineMessage } from '../envelope.js';

export const JobTypeView = Type.Intersect([
  TypeDeclaration,
  Type.Object({ live: Type.Boolean({ description: 'a worker runs it now' }) }),
]);
export type JobTypeView = Static<typeof JobTypeView>;
export const readTypes = defineMessage('read.types', Type.Object({}));
export const readTypesReply = defineMessage('read.types.reply', Type.Object({ items: Type.Array(JobTypeView) }));
