import { messageOf } from '@windlass/faults';
import {
  type ActionTurn,
  advanceAction,
  type FoundRun,
  findActionJobs,
  holdAction,
  type LeaderTerm,
  listRunningActions,
  type RunningAction,
  runTransaction,
  storeFault,
} from '@windlass/store';
import type { ActionPorts } from './action-ports.js';
import { changeJobs } from './change-jobs.js';

/** Of one action in one turn: bounds its transaction, and how long a stop waits. */
const JOBS_AT_ONCE = 200;
/** In one turn of the wheel, one after another. The next turn goes on behind them. */
const ACTIONS_AT_ONCE = 10;
/** Whoever holds a job for longer is in trouble; the turn comes again. */
const LOCK_TIMEOUT_MS = 2_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Works off bulk actions, some jobs of each in turn, so that a large one does not keep a small one waiting. */
export class ActionWheel {
  private after = BEFORE_ALL;

  constructor(private readonly ports: ActionPorts) {}

  /** Answers 0 while there is more to do. An action that fails is logged, comes again and keeps no other from its turn. */
  async turn(term: LeaderTerm): Promise<number | undefined> {
    const actions = await listRunningActions(this.ports.db.engine, this.after, ACTIONS_AT_ONCE);
    const wrapped = this.after !== BEFORE_ALL;
    this.after = actions.length < ACTIONS_AT_ONCE ? BEFORE_ALL : (actions.at(-1)?.id ?? BEFORE_ALL);
    let failed = false;
    for (const action of actions) {
      try {
        await workAction(action, term, this.ports);
      } catch (error) {
        failed = true;
        this.ports.logger.warn(
          { operation: 'actions', action: action.id, error },
          `an action comes again: ${messageOf(error)}`,
        );
      }
    }
    return !failed && (actions.length > 0 || wrapped) ? 0 : undefined;
  }
}

/** One turn of one action: work, counts and cursor in one transaction, so that a turn is done once or not at all, whoever leads. */
export async function workAction(action: RunningAction, term: LeaderTerm, ports: ActionPorts): Promise<void> {
  const left = action.maxJobs - action.matched;
  // With nothing left to do it only matters whether there is one more.
  const { runs, cursor } = await findActionJobs(ports.db.engine, action, Math.min(JOBS_AT_ONCE, Math.max(left, 1)));
  if (left > 0) await workOff(action, runs, cursor, term, ports);
  else await commitTurn(action, [], { cursor, state: runs.length > 0 ? 'bounded' : stateAt(cursor) }, term, ports);
}

/** A row that the database refuses must not hold the action up for ever: halves the turn until the culprit stands alone, and passes it by. */
async function workOff(
  action: RunningAction,
  found: FoundRun[],
  end: string | undefined,
  term: LeaderTerm,
  ports: ActionPorts,
): Promise<void> {
  let runs = found;
  let cursor = end;
  for (;;) {
    try {
      return await commitTurn(action, runs, { cursor, state: stateAt(cursor) }, term, ports);
    } catch (error) {
      if (storeFault(error).code !== 'store.data-refused') throw error;
      const [first] = runs;
      if (runs.length <= 1) {
        ports.logger.error(
          { operation: 'actions', action: action.id, jobId: first?.id, error },
          'a job is passed by: the database refuses it',
        );
        return commitTurn(action, [], { cursor, state: stateAt(cursor), matched: runs.length }, term, ports);
      }
      runs = runs.slice(0, runs.length >> 1);
      cursor = runs.at(-1)?.id;
    }
  }
}

const stateAt = (cursor: string | undefined) => (cursor === undefined ? 'done' : 'running');

async function commitTurn(
  action: RunningAction,
  runs: FoundRun[],
  turn: Pick<ActionTurn, 'cursor' | 'state'> & { matched?: number },
  term: LeaderTerm,
  ports: ActionPorts,
): Promise<void> {
  const change = await runTransaction(ports.db.engine, LOCK_TIMEOUT_MS, async (tx) => {
    // Stopped, or another scheduler had this turn.
    if (!(await holdAction(tx, action))) return undefined;
    const done = runs.length > 0 ? await changeJobs(tx, action, runs) : undefined;
    const matched = turn.matched ?? runs.length;
    const counted = { ...turn, matched, changed: done?.changed ?? 0 };
    if (!(await advanceAction(tx, action, counted, term))) throw new Error('the term of this leader is over');
    return done;
  });
  change?.tell(ports);
}
