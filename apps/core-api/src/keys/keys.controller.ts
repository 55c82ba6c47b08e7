import { Controller } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import {
  createKey,
  createKeyReply,
  listKeys,
  listKeysReply,
  revokeKey,
  revokeKeyReply,
  verifyKey,
  verifyKeyReply,
} from '@windlass/contracts';
import { Rpc } from '@windlass/service-kit';
import { FOR_GATEWAY } from '../transports.js';
import { ApiKeys } from './api-keys.js';

@Controller()
export class KeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Rpc(createKey, createKeyReply, FOR_GATEWAY)
  create(request: Static<typeof createKey.schema>) {
    return this.keys.create(request);
  }

  @Rpc(listKeys, listKeysReply, FOR_GATEWAY)
  list(request: Static<typeof listKeys.schema>) {
    return this.keys.list(request.tenantId);
  }

  @Rpc(revokeKey, revokeKeyReply, FOR_GATEWAY)
  revoke(request: Static<typeof revokeKey.schema>) {
    return this.keys.revoke(request.tenantId, request.id);
  }

  @Rpc(verifyKey, verifyKeyReply, FOR_GATEWAY)
  verify(request: Static<typeof verifyKey.schema>) {
    return this.keys.verify(request.secretHash);
  }
}
