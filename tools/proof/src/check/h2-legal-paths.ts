import type { Change } from '../history.js';
import type { Report } from './collect-violations.js';
import type { Evidence, Story } from './evidence.js';
import { FIRST, isLegal } from './legal-moves.js';
import { type Row, textOf, wholeOf } from './row-values.js';

/** H2: each job's path, as the triggers saw it, is a legal one, and its numbers move as they must. */
export function checkLegalPaths({ history, stories }: Evidence, report: Report): void {
  // Without a recorder there is no path to judge.
  if (history.changes.length === 0) return;
  for (const story of stories.values()) new Path(story, report).walk();
}

class Path {
  /** The hot row, as the last change left it. */
  private hot: Row | undefined;
  /** The row that was taken away, until its history row has come. */
  private gone: Row | undefined;
  /** The last history row. */
  private ended: Row | undefined;

  constructor(
    private readonly story: Story,
    private readonly report: Report,
  ) {}

  walk(): void {
    for (const change of this.story.changes) {
      if (change.table === 'job_history') this.end(change);
      else if (change.table === 'jobs') this.move(change);
    }
    if (this.gone)
      this.report('lost', `taken out of the table as ${at(this.gone)} without a history row`, this.story.id);
    if (!this.story.purged) this.compareFinal();
  }

  private move(change: Change): void {
    const { before, after } = change;
    if (before && !sameRow(before, this.hot))
      this.say('staleWrites', change, `it stood as ${at(this.hot)}, and now changes from ${at(before)}`);
    if (change.op === 'insert') this.begin(change, after ?? {});
    else if (change.op === 'update') this.update(change, before ?? {}, after ?? {});
    else this.gone = before;
    this.hot = after;
  }

  private begin(change: Change, row: Row): void {
    const { ended } = this;
    if (this.hot || this.gone)
      this.say('staleWrites', change, `inserted as ${at(row)} while it stands as ${at(this.hot ?? this.gone)}`);
    const state = textOf(row, 'state') ?? '';
    if (!ended) {
      const fresh = [wholeOf(row, 'run') - 1, wholeOf(row, 'epoch'), wholeOf(row, 'attempt')].every((n) => n === 0);
      if (!fresh || !FIRST.includes(state)) this.say('staleWrites', change, `a new job begins as ${at(row)}`);
      return;
    }
    const next = wholeOf(row, 'run') === wholeOf(ended, 'run') + 1 && wholeOf(row, 'epoch') === wholeOf(ended, 'epoch');
    if (!next || wholeOf(row, 'attempt') !== 0 || !isLegal(textOf(ended, 'state') ?? '', state))
      this.say('doubleTerminal', change, `ended as ${at(ended)}, it begins again as ${at(row)}`);
    const replayed = this.story.changes.some(
      ({ table, op, after }) =>
        table === 'job_events' &&
        op === 'insert' &&
        textOf(after, 'kind') === 'replayed' &&
        wholeOf(after, 'run') === wholeOf(row, 'run'),
    );
    if (!replayed) this.say('doubleTerminal', change, `run ${wholeOf(row, 'run')} begins without a replay`);
  }

  private update(change: Change, before: Row, after: Row): void {
    const [from, to] = [textOf(before, 'state') ?? '', textOf(after, 'state') ?? ''];
    if (wholeOf(before, 'run') !== wholeOf(after, 'run'))
      this.say('staleWrites', change, `its run changes within the table: ${at(before)} → ${at(after)}`);
    if (from !== to && !isLegal(from, to))
      this.say('staleWrites', change, `an illegal move: ${at(before)} → ${at(after)}`);
    const rise = wholeOf(after, 'epoch') - wholeOf(before, 'epoch');
    const counted = wholeOf(after, 'attempt') - wholeOf(before, 'attempt');
    const claimed = from === 'queued' && to === 'running';
    if (claimed) {
      if (rise !== 1)
        this.say('staleWrites', change, `a claim that moves the epoch by ${rise}: ${at(before)} → ${at(after)}`);
      if (counted !== 1)
        this.say('staleWrites', change, `a claim that counts ${counted} attempts: ${at(before)} → ${at(after)}`);
      if (!textOf(after, 'token') || textOf(after, 'token') === textOf(before, 'token'))
        this.say('staleWrites', change, 'a claim without a token of its own');
      return;
    }
    if (rise !== 0)
      this.say('staleWrites', change, `the epoch moves by ${rise} without a claim: ${at(before)} → ${at(after)}`);
    const due = from === 'running' && to !== 'running' ? this.givenBackBy(change) : 0;
    if (counted !== due)
      this.say(
        'staleWrites',
        change,
        `the attempts move by ${counted}, not ${due}, without a claim: ${at(before)} → ${at(after)}`,
      );
    if (from === 'running' && to === 'running' && textOf(before, 'token') !== textOf(after, 'token'))
      this.say('staleWrites', change, `a running attempt changes hands: ${at(before)} → ${at(after)}`);
    if (to !== 'running' && textOf(after, 'token'))
      this.say('staleWrites', change, `it keeps a token while it does not run: ${at(after)}`);
  }

  /** What had not started, or was ended by a drain, does not count as an attempt; everything else does. */
  private givenBackBy(change: Change): number {
    const how = this.story.claims.find((claim) => claim.end?.change === change)?.end?.how ?? '';
    return ['released', 'aborted'].includes(how) ? -1 : 0;
  }

  private end(change: Change): void {
    const { gone } = this;
    if (change.op === 'update')
      this.say('doubleTerminal', change, `its end is changed: ${at(change.before)} → ${at(change.after)}`);
    if (change.op !== 'insert') return;
    const row = change.after ?? {};
    this.ended = row;
    this.gone = undefined;
    if (!gone) {
      this.say('doubleTerminal', change, `ends as ${at(row)} while nothing was taken out of the table`);
      return;
    }
    if (!isLegal(textOf(gone, 'state') ?? '', textOf(row, 'state') ?? ''))
      this.say('staleWrites', change, `an illegal end: ${at(gone)} → ${at(row)}`);
    if (wholeOf(gone, 'run') !== wholeOf(row, 'run') || wholeOf(gone, 'epoch') !== wholeOf(row, 'epoch'))
      this.say('staleWrites', change, `it ends as another than it was: ${at(gone)} → ${at(row)}`);
  }

  /** The log and the rows are of two kinds of witness: both must tell the same end. */
  private compareFinal(): void {
    const { story, hot, ended } = this;
    const last = story.history.at(-1);
    if (!sameRow(hot, story.hot))
      this.report('lost', `the triggers left it as ${at(hot)}, and it stands as ${at(story.hot)}`, story.id);
    if (!sameRow(ended, last))
      this.report('lost', `the triggers saw it end as ${at(ended)}, and its history says ${at(last)}`, story.id);
  }

  private say(counts: Parameters<Report>[0], { app, seq, atMs }: Change, text: string): void {
    this.report(counts, `${text} (by ${app}, change ${seq} at ${Math.round(atMs)})`, this.story.id);
  }
}

function sameRow(a: Row | undefined, b: Row | undefined): boolean {
  if (!a || !b) return a === b;
  return ['run', 'epoch', 'attempt', 'state', 'token'].every((column) => (a[column] ?? null) === (b[column] ?? null));
}

const at = (row: Row | undefined) =>
  row
    ? `${textOf(row, 'state')} run ${wholeOf(row, 'run')} epoch ${wholeOf(row, 'epoch')} attempt ${wholeOf(row, 'attempt')}`
    : 'nothing';
