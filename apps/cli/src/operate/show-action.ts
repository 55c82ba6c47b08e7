import type { Action } from '@windlass/client';
import { showFields } from '../frame/show-table.js';
import { showTime } from '../frame/show-values.js';

export function describeAction(action: Action): string {
  return showFields([
    ['id', action.id],
    ['action', action.action],
    ['jobs', filterText(action)],
    ['state', action.state === 'bounded' ? `bounded: at most ${action.maxJobs}, and there are more` : action.state],
    ['matched', action.matched],
    ['changed', action.changed],
    ['by', action.actor],
    ['created', showTime(action.createdAt)],
    ['finished', showTime(action.finishedAt)],
  ]);
}

/** `state failed, type hash`. */
export function filterText({ filter }: Action): string {
  return Object.entries(filter)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
