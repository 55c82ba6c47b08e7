import { Controller } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import { garbageCollected, garbageCollectedReply, takeGarbage, takeGarbageReply } from '@windlass/contracts';
import { Rpc } from '@windlass/service-kit';
import { FOR_WORKER } from '../transports.js';
import { Garbage } from './lend-garbage.js';

@Controller()
export class GarbageController {
  constructor(private readonly garbage: Garbage) {}

  @Rpc(takeGarbage, takeGarbageReply, FOR_WORKER)
  async take(request: Static<typeof takeGarbage.schema>) {
    return { items: await this.garbage.lend(request.limit) };
  }

  @Rpc(garbageCollected, garbageCollectedReply, FOR_WORKER)
  async collected(request: Static<typeof garbageCollected.schema>) {
    await this.garbage.collected(request.ids);
    return {};
  }
}
