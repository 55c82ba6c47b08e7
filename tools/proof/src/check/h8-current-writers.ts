import type { Change } from '../history.js';
import type { Report } from './collect-violations.js';
import type { Claim, Evidence, Story } from './evidence.js';
import { ranOn } from './match-runs.js';
import { isLater, type Row, textOf, wholeOf } from './row-values.js';

/** H8: nothing is written by an attempt that is not current. */
export function checkCurrentWriters({ stories }: Evidence, report: Report): void {
  for (const story of stories.values()) {
    checkWitnesses(story, report);
    checkEnds(story, report);
    for (const change of story.changes) {
      if (change.table === 'job_logs') checkLine(story, change, report);
      else if (change.table === 'artifacts') checkArtifact(story, change, report);
      else if (change.table === 'job_events') checkEvent(story, change, report);
      else if (change.table === 'jobs') checkRevival(story, change, report);
    }
  }
}

const by = ({ app, seq, atMs }: Change) => `(by ${app}, change ${seq} at ${Math.round(atMs)})`;
const placeOf = (row: Row | undefined) => ({ run: wholeOf(row, 'run'), epoch: wholeOf(row, 'epoch') });

/** Log lines, progress and results have the id of the handler run that wrote them: one run writes under one epoch, its own claim's. */
function checkWitnesses({ id, written, runs, claims }: Story, report: Report): void {
  for (const run of runs) {
    const places = written.get(run.runId) ?? [];
    const own = Math.min(...places.map((place) => place.epoch));
    for (const { epoch, by: table, seq } of places) {
      const claim = claims.find((each) => each.epoch === epoch);
      const whose = `handler run ${run.runId} (attempt ${run.attempt} on ${run.worker})`;
      if (epoch !== own)
        report(
          'staleWrites',
          `${whose} wrote ${table} under epoch ${epoch}, though it is of epoch ${own} (change ${seq})`,
          id,
        );
      else if (!claim || claim.attempt !== run.attempt || !ranOn(claim, run.worker))
        report(
          'staleWrites',
          `${whose} wrote ${table} under epoch ${epoch}, which is ${heldBy(claim)} (change ${seq})`,
          id,
        );
    }
  }
}

const heldBy = (claim: Claim | undefined) =>
  claim ? `attempt ${claim.attempt} on ${claim.worker}` : 'no claim of this job';

/** An end that an attempt reported carries that attempt's token; a failure names its own handler run, where it names one. A cancelled job keeps the error of an earlier attempt. */
function checkEnds({ id, claims, runs, changes }: Story, report: Report): void {
  for (const change of changes) {
    const { table, op, after } = change;
    if (op !== 'insert' || (table !== 'job_history' && table !== 'job_events')) continue;
    const { run, epoch } = placeOf(after);
    const claim = claims.find((each) => each.run === run && each.epoch === epoch);
    const token = table === 'job_history' ? textOf(after, 'token') : undefined;
    if (token !== undefined && claim?.token !== token)
      report('staleWrites', `run ${run} ended with a token that epoch ${epoch} does not have ${by(change)}`, id);
    const failure = (textOf(after, 'kind') ?? textOf(after, 'state'))?.endsWith('failed');
    const message = failure ? textOf(after?.error as Row | undefined, 'message') : undefined;
    const named = message === undefined ? undefined : runs.find((each) => message.includes(each.runId));
    if (named?.claim && named.certain && named.claim.epoch !== epoch)
      report(
        'staleWrites',
        `epoch ${epoch} ended by the error of ${named.runId}, which is of epoch ${named.claim.epoch} ${by(change)}`,
        id,
      );
  }
}

function checkLine(story: Story, change: Change, report: Report): void {
  const place = placeOf(change.after);
  const line = `line ${wholeOf(change.after, 'seq')} of run ${place.run} epoch ${place.epoch}`;
  const claim = story.claims.find((each) => each.run === place.run && each.epoch === place.epoch);
  if (!claim) report('staleWrites', `${line} is of an attempt that was never claimed ${by(change)}`, story.id);
  else if ((change.currentEpoch ?? 0) > place.epoch)
    report('staleWrites', `${line} was added while epoch ${change.currentEpoch} was current ${by(change)}`, story.id);
  else if (wasOver(story, place, change))
    report('staleWrites', `${line} was added long after a later attempt had begun ${by(change)}`, story.id);
}

/**
 * Whether a later attempt, or run, had surely been committed before this statement began: its row was changed once more by then, which
 * no transaction can do before it sees the change before.
 */
function wasOver(
  { changes }: Story,
  place: { run: number; epoch: number },
  { seq, atMs, tookMs = 0 }: Change,
): boolean {
  const moves = changes.filter((each) => each.table === 'jobs' && each.seq < seq);
  const later = moves.findIndex((each) => each.after && isLater(placeOf(each.after), place));
  const next = later < 0 ? undefined : moves[later + 1];
  return next !== undefined && next.atMs < atMs - tookMs;
}

/** Only the completion of their attempt promotes artifacts: with it its row goes, and its history row comes. */
function checkArtifact({ id, changes }: Story, change: Change, report: Report): void {
  if (change.op === 'delete') return;
  const { run, epoch } = placeOf(change.after);
  const name = `artifact ${textOf(change.after, 'name')} of run ${run} epoch ${epoch}`;
  const end = changes.find(
    (each) => each.table === 'job_history' && each.op === 'insert' && wholeOf(each.after, 'run') === run,
  );
  if (change.currentEpoch !== undefined && change.currentEpoch !== epoch)
    report('staleWrites', `${name} was recorded while epoch ${change.currentEpoch} was current ${by(change)}`, id);
  else if (!end || wholeOf(end.after, 'epoch') !== epoch || textOf(end.after, 'state') !== 'succeeded')
    report('staleWrites', `${name} was recorded, and that attempt did not complete its run ${by(change)}`, id);
}

/** The end of an attempt is told by whoever takes the row from it: the row still has its epoch, and has just left `running`. */
function checkEvent({ id, changes }: Story, change: Change, report: Report): void {
  const { run, epoch } = placeOf(change.after);
  const kind = textOf(change.after, 'kind');
  if (change.op !== 'insert') {
    if (change.op === 'update') report('staleWrites', `an event is changed ${by(change)}`, id);
    return;
  }
  if (change.currentEpoch !== undefined && change.currentEpoch !== epoch)
    report(
      'staleWrites',
      `${kind} of epoch ${epoch} was told while epoch ${change.currentEpoch} was current ${by(change)}`,
      id,
    );
  else if (kind?.startsWith('attempt-') && !changes.some((each) => leftRunning(each, run, epoch)))
    report(
      'staleWrites',
      `${kind} of run ${run} epoch ${epoch} was told, and the row never left that attempt ${by(change)}`,
      id,
    );
}

function leftRunning({ table, op, before, after }: Change, run: number, epoch: number): boolean {
  return (
    table === 'jobs' &&
    op === 'update' &&
    textOf(before, 'state') === 'running' &&
    textOf(after, 'state') !== 'running' &&
    wholeOf(before, 'run') === run &&
    wholeOf(before, 'epoch') === epoch
  );
}

/** A beat that comes too late finds nothing to extend. */
function checkRevival({ id }: Story, change: Change, report: Report): void {
  const { before, after } = change;
  if (!after || textOf(after, 'state') === 'running') return;
  if (textOf(after, 'lease_until') !== undefined)
    report('staleWrites', `given a lease while it is ${textOf(after, 'state')} ${by(change)}`, id);
  if (
    before &&
    textOf(before, 'state') !== 'running' &&
    JSON.stringify(before.progress) !== JSON.stringify(after.progress)
  )
    report('staleWrites', `its progress changes while it is ${textOf(after, 'state')} ${by(change)}`, id);
}
