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
  /** Jobs that a running action takes in one turn, where it took too long with more. */
  private readonly sizes = new Map<string, number>();

  constructor(private readonly ports: ActionPorts) {}

  /** Answers 0 while there is more to do. An action that fails is logged, comes again and keeps no other from its turn. */
  async turn(term: LeaderTerm): Promise<number | undefined> {
    const from = this.after;
    const actions = await listRunningActions(this.ports.db.engine, from, ACTIONS_AT_ONCE);
    const wrapped = from !== BEFORE_ALL;
    this.after = actions.length < ACTIONS_AT_ONCE ? BEFORE_ALL : (actions.at(-1)?.id ?? BEFORE_ALL);
    this.forgetEnded(actions, from);
    let failed = false;
    for (const action of actions) {
      const size = this.sizes.get(action.id) ?? JOBS_AT_ONCE;
      try {
        await workAction(action, term, this.ports, size);
        // Slowly back to full turns: what was slow may be over, or not.
        if (size < JOBS_AT_ONCE) this.sizes.set(action.id, Math.min(JOBS_AT_ONCE, Math.ceil(size * 1.25)));
      } catch (error) {
        failed = true;
        if (isTimeout(error)) this.sizes.set(action.id, Math.max(1, size >> 1));
        this.ports.logger.warn(
          { operation: 'actions', action: action.id, error },
          `an action comes again: ${messageOf(error)}`,
        );
      }
    }
    return !failed && (actions.length > 0 || wrapped) ? 0 : undefined;
  }

  /** Of the ids above `from` up to the end of this look, only those that were seen still run. */
  private forgetEnded(seen: RunningAction[], from: string): void {
    for (const id of this.sizes.keys()) {
      const looked = id > from && (this.after === BEFORE_ALL || id <= this.after);
      if (looked && !seen.some((each) => each.id === id)) this.sizes.delete(id);
    }
  }
}

/** The statement took longer than the database allows (57014): nothing is wrong with the jobs, there were too many at once. */
const isTimeout = (error: unknown) => (error as { code?: unknown } | null)?.code === '57014';

/** One turn of one action: work, counts and cursor in one transaction, so that a turn is done once or not at all, whoever leads. */
export async function workAction(
  action: RunningAction,
  term: LeaderTerm,
  ports: ActionPorts,
  jobsAtOnce = JOBS_AT_ONCE,
): Promise<void> {
  const left = action.maxJobs - action.matched;
  // With nothing left to do it only matters whether there is one more.
  const { runs, cursor } = await findActionJobs(ports.db.engine, action, Math.min(jobsAtOnce, Math.max(left, 1)));
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
