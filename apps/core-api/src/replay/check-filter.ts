import type { ActionFilter, ActionKind } from '@windlass/contracts';
import { type FieldError, fault } from '@windlass/faults';
import { isTerminal } from '@windlass/lifecycle';

/** Throws `http.fields-invalid` when no job could match: an action that does nothing looks like one that has worked. */
export function checkFilter(action: ActionKind, filter: ActionFilter): void {
  const errors: FieldError[] = [];
  const { state, outcome, createdAfter, createdBefore } = filter;
  if (Object.values(filter).every((value) => value === undefined))
    errors.push({ path: '/filter', message: 'must name at least one field: an action on all jobs is never meant' });
  if (state !== undefined && action === 'cancel' && isTerminal(state))
    errors.push({ path: '/filter/state', message: 'must be an unfinished state: what has ended cannot be cancelled' });
  if (state !== undefined && action !== 'cancel' && !isTerminal(state))
    errors.push({ path: '/filter/state', message: `must be a finished state for a ${action}` });
  if (outcome !== undefined && action === 'cancel')
    errors.push({ path: '/filter/outcome', message: 'is known of finished jobs only, and these cannot be cancelled' });
  if (createdAfter !== undefined && createdBefore !== undefined && createdAfter >= createdBefore)
    errors.push({ path: '/filter/createdBefore', message: 'must be later than createdAfter' });
  if (errors.length > 0) throw fault('http.fields-invalid', { fields: errors });
}
