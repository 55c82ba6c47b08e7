import {
  changeQueue,
  listAudit,
  listAuditReply,
  listQueues,
  listQueuesReply,
  type QueueView,
  queueReply,
  readQueue,
  removeQueue,
  removeQueueReply,
} from '@windlass/contracts';
import { fault } from '@windlass/faults';
import type { MemoryState } from './memory-state.fixture.js';

/** Queues and the audit log. The queue of the type `hash` is there from the start. */
export function answerQueues(core: MemoryState): void {
  core.queues.set('hash', emptyQueue('hash', false));
  const find = (name: string) => {
    const queue = core.queues.get(name);
    if (!queue) throw fault('queues.unknown');
    return queue;
  };
  core.on(listQueues, listQueuesReply, () => ({ items: [...core.queues.values()] }));
  core.on(readQueue, queueReply, ({ name }) => find(name));
  core.on(changeQueue, queueReply, ({ name, create, paused, maxRunning }) => {
    if (create && !core.queues.has(name)) core.queues.set(name, emptyQueue(name, true));
    const queue = find(name);
    if (paused !== undefined) {
      queue.paused = paused;
      if (paused) queue.pausedAt = 1_700_000_000_000;
      else delete queue.pausedAt;
    }
    if (maxRunning === null) delete queue.maxRunning;
    else if (maxRunning !== undefined) queue.maxRunning = maxRunning;
    return queue;
  });
  core.on(removeQueue, removeQueueReply, ({ name }) => {
    if (find(name).queued > 0) throw fault('queues.not-empty');
    core.queues.delete(name);
    return {};
  });
  core.on(listAudit, listAuditReply, ({ tenantId, before, limit }) => {
    const mine = core.audit.filter((entry) => entry.tenantId === tenantId).reverse();
    const after = mine.filter((entry) => before === undefined || entry.id < before);
    const items = after.slice(0, limit);
    const last = items.at(-1);
    return { items, ...(after.length > limit && last ? { next: last.id } : {}) };
  });
}

function emptyQueue(name: string, named: boolean): QueueView {
  const depth = { queued: 0, held: 0, scheduled: 0, blocked: 0, running: 0 };
  return { name, named, paused: false, ...depth, types: [] };
}
