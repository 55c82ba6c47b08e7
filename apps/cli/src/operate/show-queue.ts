import type { Queue } from '@windlass/client';
import type { ListShape } from '../frame/print-list.js';
import { showFields, showTable } from '../frame/show-table.js';
import { showDuration, showTime } from '../frame/show-values.js';

export const QUEUE_LIST: ListShape<Queue> = {
  head: ['NAME', 'STATE', 'QUEUED', 'HELD', 'SCHEDULED', 'RUNNING', 'LIMIT', 'OLDEST'],
  rowOf: (queue) => [
    ...[queue.name, queue.paused ? 'paused' : 'open'],
    ...[queue.queued, queue.held, queue.scheduled, queue.running].map(String),
    ...[queue.maxRunning === undefined ? '' : String(queue.maxRunning), oldestText(queue)],
  ],
  none: 'There are no queues: no worker has announced a job type yet.\n',
};

export function describeQueue(queue: Queue): string {
  const fields = showFields([
    ['name', queue.name],
    ['state', queue.paused ? `paused since ${showTime(queue.pausedAt)}` : 'open'],
    ['made by', queue.named ? 'an operator' : 'the job type of its name'],
    ['limit', queue.maxRunning],
    ['queued', queue.queued],
    ['held', queue.held],
    ['scheduled', queue.scheduled],
    ['blocked', queue.blocked],
    ['running', queue.running],
    ['oldest', oldestText(queue)],
  ]);
  if (queue.types.length === 0) return fields;
  const rows = queue.types.map(({ type, queued, running, slots }) => [type, ...[queued, running, slots].map(String)]);
  return `${fields}\n${showTable(['TYPE', 'QUEUED', 'RUNNING', 'SLOTS'], rows)}`;
}

function oldestText({ oldestMs }: Queue): string {
  return oldestMs === undefined ? '' : showDuration(oldestMs);
}
