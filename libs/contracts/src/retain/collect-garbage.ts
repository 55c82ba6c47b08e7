import { Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { Uuid } from '../fields.js';

/**
 * worker → core: what may be deleted from the storage? Only workers can reach what attempts wrote. An item is lent for some
 * minutes; one that is not answered as collected comes again.
 */
export const takeGarbage = defineMessage(
  'garbage.take',
  Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 100 }) }),
);
/** Every object below each prefix (ending in `/`) goes. */
export const takeGarbageReply = defineMessage(
  'garbage.take.reply',
  Type.Object({ items: Type.Array(Type.Object({ id: Uuid, prefix: Type.String({ maxLength: 512 }) })) }),
);
export const garbageCollected = defineMessage(
  'garbage.collected',
  Type.Object({ ids: Type.Array(Uuid, { minItems: 1, maxItems: 100 }) }),
);
export const garbageCollectedReply = defineMessage('garbage.collected.reply', Type.Object({}));
