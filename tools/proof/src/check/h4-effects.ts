import type { Report } from './collect-violations.js';
import type { Evidence, Story } from './evidence.js';
import { groupBy, textOf, wholeOf } from './row-values.js';

/** H4: what the handlers themselves wrote down agrees with what was recorded of them. */
export function checkEffects({ history, stories }: Evidence, report: Report): void {
  // Where no handler writes to the sink there is nothing to compare with.
  const sunk = history.sink.length > 0;
  for (const story of stories.values()) {
    if (sunk) checkRuns(story, report);
    if (sunk && !story.purged) checkResults(story, report);
    checkArtifacts(story, report);
  }
  checkLines(history.sink, report);
}

/** No more handler runs than claims that were kept: a claim runs its handler once at most. */
function checkRuns({ id, runs, claims }: Story, report: Report): void {
  for (const [attempt, of] of groupBy(runs, (run) => String(run.attempt))) {
    const kept = claims.filter((claim) => String(claim.attempt) === attempt && claim.end?.how !== 'released');
    if (of.length > kept.length)
      report(
        'duplicateEffects',
        `attempt ${attempt} was claimed ${kept.length} times, and its handler ran ${of.length} times: ${of.map((run) => `${run.runId} on ${run.worker}`).join(', ')}`,
        id,
      );
  }
}

function checkResults({ id, history, runs }: Story, report: Report): void {
  const used = new Map<string, number>();
  for (const row of history) {
    if (textOf(row, 'state') !== 'succeeded') continue;
    const [run, attempt, runId] = [wholeOf(row, 'run'), wholeOf(row, 'attempt'), textOf(row, 'runId')];
    if (runId === undefined) {
      const done = runs.some((each) => each.attempt === attempt && each.plan === 'ok');
      // A large result lies in a file: whose it is cannot be read here.
      if (row.in_file !== true) report('duplicateEffects', `run ${run} succeeded without a handler run's result`, id);
      else if (!done)
        report('duplicateEffects', `run ${run} succeeded, and no handler of attempt ${attempt} came to its end`, id);
      continue;
    }
    const own = runs.find((each) => each.runId === runId);
    if (!own) report('duplicateEffects', `run ${run} has the result of ${runId}, which no handler run of it was`, id);
    else if (own.plan !== 'ok')
      report('duplicateEffects', `run ${run} has the result of ${runId}, which ended as ${own.plan ?? 'nothing'}`, id);
    const earlier = used.get(runId);
    if (earlier !== undefined)
      report('duplicateEffects', `runs ${earlier} and ${run} both have the result of ${runId}`, id);
    used.set(runId, run);
  }
}

/** Promoted by the completion, all at once: those of a run are of one attempt, each recorded once. */
function checkArtifacts({ id, artifacts, changes }: Story, report: Report): void {
  for (const [run, of] of groupBy(artifacts, (row) => String(wholeOf(row, 'run')))) {
    const epochs = [...new Set(of.map((row) => wholeOf(row, 'epoch')))];
    if (epochs.length > 1)
      report('duplicateEffects', `run ${run} has artifacts of the epochs ${epochs.join(', ')}`, id);
  }
  const written = changes.filter((change) => change.table === 'artifacts' && change.op !== 'delete');
  const placeOf = (run: number, name: string | undefined) => `${run}/${name}`;
  for (const [place, of] of groupBy(written, ({ after }) => placeOf(wholeOf(after, 'run'), textOf(after, 'name'))))
    if (of.length > 1)
      report(
        'duplicateEffects',
        `artifact ${place} was recorded ${of.length} times, by ${of.map((each) => each.app).join(' and ')}`,
        id,
      );
}

/** The sink itself: a handler run has one start, and its end after it. */
function checkLines(sink: Evidence['history']['sink'], report: Report): void {
  const seen = new Map<string, string>();
  for (const { what, runId, jobId, worker } of sink) {
    const before = seen.get(runId);
    if (what === (before === undefined ? 'start' : before === 'start' ? 'end' : 'nothing')) seen.set(runId, what);
    else
      report(
        'duplicateEffects',
        `handler run ${runId} on ${worker} wrote "${what}" after "${before ?? 'nothing'}"`,
        jobId,
      );
  }
}
