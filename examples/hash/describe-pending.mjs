/** Windlass's states in beanstalkd's words. */
const STATES = { blocked: 'delayed', scheduled: 'delayed', queued: 'ready', running: 'reserved' };
/** Nobody takes it up again by itself. */
const BURIED = 'buried';

/**
 * A job that has no result, in the shape of beanstalkd's `stats-job`. Times are whole seconds. `pri` and `file` have no
 * counterpart in this front and stay 0.
 */
export function describePending(number, job, nowMs) {
  const state = STATES[job.state] ?? BURIED;
  const ttr = Math.round(job.hardMs / 1000);
  const until = (time) => (time ? Math.max(0, Math.ceil((Date.parse(time) - nowMs) / 1000)) : 0);
  const since = (time) => (time ? Math.max(0, Math.floor((nowMs - Date.parse(time)) / 1000)) : 0);
  const delay = state === 'delayed' ? until(job.runAt) : 0;
  const timeLeft =
    state === 'reserved' ? Math.max(0, Math.floor(ttr - (nowMs - Date.parse(job.startedAt)) / 1000)) : delay;
  // Attempts that went back to the queue: all but the one that holds the job, or that ended it.
  const retries = Math.max(0, job.attempt - (state === 'reserved' || state === BURIED ? 1 : 0));
  return {
    ...{ id: number, tube: 'default', state, pri: 0, age: since(job.createdAt), delay, ttr, timeLeft, file: 0 },
    ...{ reserves: job.attempt, timeouts: job.timeouts, releases: retries, buries: state === BURIED ? 1 : 0 },
    kicks: job.run - 1,
  };
}
