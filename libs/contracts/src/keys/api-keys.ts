import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { Millis, TenantId, Uuid } from '../fields.js';

/** An API key as it may be shown: never the secret, which leaves once, in the answer that makes it. */
export const ApiKeyView = Type.Object({
  id: Uuid,
  name: Type.String(),
  tenantId: TenantId,
  scopes: Type.Array(Type.String()),
  createdAt: Millis,
  expiresAt: Type.Optional(Millis),
  revokedAt: Type.Optional(Millis),
});
export type ApiKeyView = Static<typeof ApiKeyView>;

export const createKey = defineMessage(
  'keys.create',
  Type.Object({
    tenantId: TenantId,
    createdBy: Type.String({ maxLength: 255 }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    scopes: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 20 }),
    expiresAt: Type.Optional(Millis),
    /** sha256 of the secret, hex. The gateway makes the secret; core never sees it. */
    secretHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  }),
);
export const createKeyReply = defineMessage('keys.create.reply', ApiKeyView);
export const listKeys = defineMessage('keys.list', Type.Object({ tenantId: TenantId }));
export const listKeysReply = defineMessage('keys.list.reply', Type.Object({ items: Type.Array(ApiKeyView) }));
export const revokeKey = defineMessage('keys.revoke', Type.Object({ tenantId: TenantId, id: Uuid }));
export const revokeKeyReply = defineMessage('keys.revoke.reply', ApiKeyView);
/** gateway → core: whose key is this? Not revoked, not expired; otherwise `auth.token-invalid`. */
export const verifyKey = defineMessage('keys.verify', Type.Object({ secretHash: Type.String() }));
export const verifyKeyReply = defineMessage('keys.verify.reply', ApiKeyView);
/** core → all gateways: forget what you remember of this key. */
export const keyRevoked = defineMessage('keys.revoked', Type.Object({ id: Uuid }));
