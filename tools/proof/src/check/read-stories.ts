import type { Change, History } from '../history.js';
import type { AttemptEnd, Claim, Story } from './evidence.js';
import { matchRuns } from './match-runs.js';
import { groupBy, type Row, textOf, timeOf, wholeOf } from './row-values.js';

/** Everything of each job, put together from the four witnesses. */
export function readStories(history: History): Map<string, Story> {
  const { final, changes, sink } = history;
  const byJob = groupBy(changes, (change) => change.jobId);
  const lines = groupBy(
    sink.map((line, place) => ({ line, place })),
    ({ line }) => line.jobId,
  );
  const rows = (of: Row[], column: string) => groupBy(of, (row) => textOf(row, column));
  const ended = rows(final.history, 'id');
  const events = rows(final.events, 'job_id');
  const artifacts = rows(final.artifacts, 'job_id');
  const hot = new Map(final.jobs.map((row) => [textOf(row, 'id'), row]));
  const ids = new Set([...byJob.keys(), ...lines.keys(), ...ended.keys(), ...final.jobs.map((row) => String(row.id))]);
  const stories = new Map<string, Story>();
  for (const id of ids) {
    const own = byJob.get(id) ?? [];
    const claims = readClaims(own);
    const written = readWritten(own);
    stories.set(id, {
      id,
      changes: own,
      claims,
      written,
      runs: matchRuns(lines.get(id) ?? [], claims, written),
      hot: hot.get(id),
      history: ended.get(id) ?? [],
      events: events.get(id) ?? [],
      artifacts: artifacts.get(id) ?? [],
      purged: own.some((change) => change.table === 'job_history' && change.op === 'delete'),
    });
  }
  return stories;
}

function readClaims(changes: Change[]): Claim[] {
  const claims: Claim[] = [];
  for (const change of changes) {
    if (change.table !== 'jobs' || change.op === 'insert') continue;
    const { before, after } = change;
    if (textOf(before, 'state') === 'running' && textOf(after, 'state') !== 'running') {
      const claim = claims.findLast((each) => each.epoch === wholeOf(before, 'epoch'));
      if (claim && !claim.end) claim.end = endOf(change, claim, changes);
    }
    if (textOf(after, 'state') === 'running' && wholeOf(after, 'epoch') !== wholeOf(before, 'epoch')) {
      claims.push({
        seq: change.seq,
        run: wholeOf(after, 'run'),
        epoch: wholeOf(after, 'epoch'),
        attempt: wholeOf(after, 'attempt'),
        maxAttempts: wholeOf(after, 'max_attempts'),
        token: textOf(after, 'token'),
        worker: textOf(after, 'worker'),
        machine: textOf(after, 'machine'),
        atMs: timeOf(after, 'started_at') ?? change.atMs,
        leaseUntilMs: timeOf(after, 'lease_until'),
      });
    }
  }
  return claims;
}

/** The event of a retry and the history row of an end are written by the statement that takes the row away. */
function endOf(change: Change, claim: Claim, changes: Change[]): AttemptEnd {
  const isOf = (row: Row | undefined) => wholeOf(row, 'run') === claim.run && wholeOf(row, 'epoch') === claim.epoch;
  if (change.op === 'delete') {
    const kept = changes.find(({ table, op, after }) => table === 'job_history' && op === 'insert' && isOf(after));
    const how = textOf(kept?.after, 'outcome') ?? textOf(kept?.after, 'state') ?? 'unknown';
    const stampedMs = timeOf(kept?.after, 'finished_at');
    return { how, change, ...(stampedMs === undefined ? {} : { stampedMs }) };
  }
  const event = changes.find(
    ({ table, op, after }) =>
      table === 'job_events' && op === 'insert' && isOf(after) && textOf(after, 'kind')?.startsWith('attempt-'),
  );
  if (event) {
    const stampedMs = timeOf(event.after, 'at');
    const how = textOf(event.after, 'kind')!.slice('attempt-'.length);
    return { how, change, ...(stampedMs === undefined ? {} : { stampedMs }) };
  }
  const released = wholeOf(change.after, 'releases') === wholeOf(change.before, 'releases') + 1;
  return { how: released ? 'released' : 'unknown', change };
}

/** Handlers tell their run's id in a log line, in their progress and in their result. */
function readWritten(changes: Change[]): Story['written'] {
  const written: Story['written'] = new Map();
  const add = (runId: string | undefined, epoch: number, { table, seq }: Change) => {
    if (runId === undefined) return;
    const places = written.get(runId);
    if (places) places.push({ epoch, by: table, seq });
    else written.set(runId, [{ epoch, by: table, seq }]);
  };
  for (const change of changes) {
    const { table, op, after, before } = change;
    if (table === 'job_logs') add(textOf(after, 'message')?.trim(), wholeOf(after, 'epoch'), change);
    else if (table === 'job_history' && op === 'insert') add(textOf(after, 'runId'), wholeOf(after, 'epoch'), change);
    else if (table === 'jobs' && textOf(after, 'state') === 'running') {
      const told = progressOf(after);
      if (told !== progressOf(before)) add(told, wholeOf(after, 'epoch'), change);
    }
  }
  return written;
}

const progressOf = (row: Row | undefined) => textOf(row?.progress as Row | undefined, 'message')?.trim();
