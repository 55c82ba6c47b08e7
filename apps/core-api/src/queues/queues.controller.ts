import { Controller } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import {
  changeQueue,
  listQueues,
  listQueuesReply,
  queueReply,
  readQueue,
  removeQueue,
  removeQueueReply,
} from '@windlass/contracts';
import { Rpc } from '@windlass/service-kit';
import { FOR_GATEWAY } from '../transports.js';
import { OperateQueues } from './operate-queues.js';

@Controller()
export class QueuesController {
  constructor(private readonly queues: OperateQueues) {}

  @Rpc(listQueues, listQueuesReply, FOR_GATEWAY)
  async list(_: Static<typeof listQueues.schema>) {
    return { items: await this.queues.list() };
  }

  @Rpc(readQueue, queueReply, FOR_GATEWAY)
  read(request: Static<typeof readQueue.schema>) {
    return this.queues.read(request.name);
  }

  @Rpc(changeQueue, queueReply, FOR_GATEWAY)
  change(request: Static<typeof changeQueue.schema>) {
    return this.queues.change(request);
  }

  @Rpc(removeQueue, removeQueueReply, FOR_GATEWAY)
  async remove(request: Static<typeof removeQueue.schema>) {
    await this.queues.remove(request);
    return {};
  }
}
