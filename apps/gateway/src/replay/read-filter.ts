import type { Action } from '@windlass/client';
import type { ActionFilter, ActionKind, ActionView } from '@windlass/contracts';
import type { FieldError } from '@windlass/faults';
import { isTerminal } from '@windlass/lifecycle';
import { parseTime } from '../http/parse-time.js';
import { invalid } from '../http/read-fields.js';
import { iso, times } from '../read/present-job.js';
import type { ActionFilterDto } from './action.dto.js';

/** The filter as core knows it, or `http.fields-invalid` when it cannot be meant: empty, or against its action. */
export function readFilter(action: ActionKind, given: ActionFilterDto): ActionFilter {
  const filter: ActionFilter = {};
  if (given.state != null) filter.state = given.state;
  if (given.type != null) filter.type = given.type;
  if (given.queue != null) filter.queue = given.queue;
  if (given.tag != null) filter.tag = given.tag;
  if (given.outcome != null) filter.outcome = given.outcome;
  // Before 1970 is no number of a message, and there was no job.
  if (given.createdAfter != null) filter.createdAfter = Math.max(0, parseTime(given.createdAfter));
  if (given.createdBefore != null) filter.createdBefore = Math.max(0, parseTime(given.createdBefore));
  const errors = contradictions(action, filter);
  if (errors.length > 0) throw invalid(errors);
  return filter;
}

function contradictions(action: ActionKind, filter: ActionFilter): FieldError[] {
  const { state, createdAfter, createdBefore } = filter;
  if (Object.keys(filter).length === 0) {
    return [{ path: '/filter', message: 'must not be empty: name at least one field that the jobs have in common' }];
  }
  const errors: FieldError[] = [];
  if (action === 'purge' && (state === undefined || !isTerminal(state))) {
    errors.push({ path: '/filter/state', message: 'a purge needs one of: succeeded, failed, cancelled, expired' });
  }
  if (action === 'replay' && state !== undefined && !isTerminal(state)) {
    errors.push({ path: '/filter/state', message: 'only finished jobs can be replayed' });
  }
  if (action === 'cancel' && state !== undefined && isTerminal(state)) {
    errors.push({ path: '/filter/state', message: 'finished jobs cannot be cancelled' });
  }
  if (createdAfter !== undefined && createdBefore !== undefined && createdAfter >= createdBefore) {
    errors.push({ path: '/filter/createdBefore', message: 'must be later than createdAfter' });
  }
  return errors;
}

export function presentAction(view: ActionView): Action {
  const { createdAt, finishedAt, filter, ...rest } = view;
  const { createdAfter, createdBefore, ...fields } = filter;
  return {
    ...rest,
    filter: { ...fields, ...times({ createdAfter, createdBefore }) },
    createdAt: iso(createdAt),
    ...times({ finishedAt }),
  };
}
