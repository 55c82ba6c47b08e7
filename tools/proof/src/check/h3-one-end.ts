import type { ClientOperation } from '../history.js';
import type { Report } from './collect-violations.js';
import type { Evidence, Story } from './evidence.js';
import { TERMINAL } from './legal-moves.js';
import { groupBy, textOf, wholeOf } from './row-values.js';

/** H3: each finished run has one history row and one terminal event that says the same, and runs no more. */
export function checkOneEnd({ history, stories }: Evidence, report: Report): void {
  for (const story of stories.values()) if (!story.purged) checkStory(story, report);
  const reads = history.operations.filter(({ op, outcome }) => (op === 'read' || op === 'cancel') && outcome === 'ok');
  for (const [id, answers] of groupBy(reads, (each) => each.jobId)) checkTold(stories.get(id), answers, report);
}

function checkStory({ id, changes, events, history, hot }: Story, report: Report): void {
  const ends = groupBy(history, (row) => String(wholeOf(row, 'run')));
  const terminal = groupBy(
    events.filter((event) => event.terminal === true),
    (event) => String(wholeOf(event, 'run')),
  );
  for (const run of new Set([...ends.keys(), ...terminal.keys()])) {
    const states = (ends.get(run) ?? []).map((row) => textOf(row, 'state'));
    const kinds = (terminal.get(run) ?? []).map((event) => textOf(event, 'kind'));
    if (states.length !== 1 || kinds.length !== 1 || states[0] !== kinds[0])
      report(
        'doubleTerminal',
        `run ${run} has the ends [${states.join(', ')}] and the terminal events [${kinds.join(', ')}]`,
        id,
      );
    if (hot && String(wholeOf(hot, 'run')) === run)
      report('doubleTerminal', `run ${run} has ended and stands in the table as ${textOf(hot, 'state')}`, id);
  }
  // Also those that are gone again.
  for (const [table, what] of [
    ['job_history', 'history rows'],
    ['job_events', 'terminal events'],
  ] as const) {
    const inserted = changes.filter(
      (change) =>
        change.table === table &&
        change.op === 'insert' &&
        (table === 'job_history' || change.after?.terminal === true),
    );
    for (const [run, of] of groupBy(inserted, (change) => String(wholeOf(change.after, 'run'))))
      if (of.length > 1)
        report(
          'doubleTerminal',
          `run ${run} was given ${of.length} ${what}, by ${of.map((each) => each.app).join(' and ')}`,
          id,
        );
  }
}

/** A client that was told of an end may act on it: that end must be one of the job's. */
function checkTold(story: Story | undefined, answers: ClientOperation[], report: Report): void {
  if (!story || story.purged) return;
  const ends = new Set(story.history.map((row) => textOf(row, 'state')));
  for (const { state, toMs } of answers)
    if (state !== undefined && TERMINAL.includes(state) && !ends.has(state))
      report('doubleTerminal', `a client was told at ${toMs} that it had ${state}, and no run of it did`, story.id);
}
