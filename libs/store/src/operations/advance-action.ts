import type { ActionView } from '@windlass/contracts';
import type { RunningAction } from './job-actions.js';
import { LEADER_GUARD, type LeaderTerm, termValues } from './leader-guard.js';
import { type Queryable, runStatement } from './statement.js';

/** What a turn found and did. */
export interface ActionTurn {
  matched: number;
  changed: number;
  /** Where the next turn goes on; undefined: nowhere else. */
  cursor: string | undefined;
  state: Exclude<ActionView['state'], 'stopped'>;
}

const ADVANCE = `
with ${LEADER_GUARD(8)}
update job_actions a set matched = a.matched + $4::int, changed = a.changed + $5::int, cursor = coalesce($6::uuid, a.cursor), state = $7::text,
  finished_at = case when $7 <> 'running' then windlass_now() end
where a.id = any($1::uuid[]) and (a.state || '') = 'running' and a.cursor is not distinct from $2::uuid and a.matched = $3::int
  and exists (select from permit)
returning a.id`;

/**
 * Keeps a turn's work for this transaction: false when the action was stopped or has gone on meanwhile. Before the work, so that a
 * stop that comes first is obeyed, and one that comes later waits for a turn at the most.
 */
export async function holdAction(tx: Queryable, { id, cursor, matched }: RunningAction): Promise<boolean> {
  const rows = await runStatement(
    tx,
    'hold-action',
    `select id from job_actions where id = any($1::uuid[]) and (state || '') = 'running'
       and cursor is not distinct from $2::uuid and matched = $3::int for update skip locked`,
    [[id], cursor ?? null, matched],
  );
  return rows.length === 1;
}

/**
 * Moves an action's counts and cursor by what was done in the same transaction. False: the leader's term is over, and the caller must
 * roll the work back. The last statement of its transaction, so that the term holds until the commit and for one round trip only.
 */
export async function advanceAction(
  tx: Queryable,
  action: RunningAction,
  turn: ActionTurn,
  leader: LeaderTerm,
): Promise<boolean> {
  const rows = await runStatement(tx, 'advance-action', ADVANCE, [
    [action.id],
    action.cursor ?? null,
    action.matched,
    turn.matched,
    turn.changed,
    turn.cursor ?? null,
    turn.state,
    ...termValues(leader),
  ]);
  return rows.length === 1;
}
