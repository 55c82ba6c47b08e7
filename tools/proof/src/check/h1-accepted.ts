import type { ClientOperation } from '../history.js';
import type { Report } from './collect-violations.js';
import type { Evidence, Story } from './evidence.js';
import { groupBy, textOf, wholeOf } from './row-values.js';

/** Clients and the database read clocks of one machine, in whole milliseconds or less. A refused client pauses for longer. */
const SAME_MOMENT_MS = 5;

/** H1: what was accepted exists, once; what was refused does not. */
export function checkAccepted({ history, stories }: Evidence, report: Report): void {
  const submits = history.operations.filter((each) => each.op === 'submit');
  for (const each of submits) {
    if (each.outcome !== 'ok') continue;
    if (each.jobId === undefined)
      report('lost', `a submission${named(each)} was answered ${each.status} without an id`);
    else if (!exists(stories.get(each.jobId)))
      report('lost', `accepted${named(each)} at ${each.toMs}, and there is no such job`, each.jobId);
  }
  checkKeys(submits, { history, stories }, report);
  checkReplays(history.operations, stories, report);
}

const named = ({ key }: ClientOperation) => (key === undefined ? '' : ` with key ${key}`);
const exists = (story: Story | undefined) =>
  story !== undefined && (story.hot !== undefined || story.history.length > 0 || story.purged);

function checkKeys(
  submits: ClientOperation[],
  { history, stories }: Pick<Evidence, 'history' | 'stories'>,
  report: Report,
): void {
  const jobsOf = jobsByKey(stories);
  const rows = groupBy(history.final.keys, (row) => textOf(row, 'key'));
  for (const [key, calls] of groupBy(submits, (each) => each.key)) {
    const told = new Set(calls.flatMap((each) => (each.outcome === 'ok' && each.jobId ? [each.jobId] : [])));
    if (told.size > 1)
      report('duplicateEffects', `key ${key} was answered with ${told.size} jobs: ${[...told].join(', ')}`);
    const [id] = told;
    const holders = new Set((rows.get(key) ?? []).flatMap((row) => textOf(row, 'job_id') ?? []));
    const made = jobsOf.get(key) ?? new Set<string>();
    if (made.size > 1) report('duplicateEffects', `key ${key} made ${made.size} jobs: ${[...made].join(', ')}`, id);
    if (calls.every((each) => each.outcome === 'fail') && (made.size > 0 || holders.size > 0)) {
      const codes = [...new Set(calls.map((each) => each.code ?? each.status))].join(', ');
      const which = [...new Set([...made, ...holders])].join(', ');
      report('duplicateEffects', `key ${key} was only ever refused (${codes}), and there is ${which}`);
    } else for (const job of made) checkRefusals(stories.get(job), calls, report);
    for (const holder of holders) {
      if (id !== undefined && holder !== id)
        report('duplicateEffects', `key ${key} was answered with ${id}, and stands for ${holder}`, id);
      else if (id === undefined && !exists(stories.get(holder)))
        report('lost', `key ${key} stands for a job that does not exist`, holder);
    }
  }
}

/** A refusal says that nothing was done, also when a later call of the key is accepted: no job is made while all calls so far were refused. */
function checkRefusals(story: Story | undefined, calls: ClientOperation[], report: Report): void {
  const made = story?.changes.find((change) => change.table === 'jobs' && change.op === 'insert');
  if (!made) return;
  const before = calls.filter((each) => each.fromMs <= made.atMs + SAME_MOMENT_MS);
  if (before.length === 0 || before.some((each) => each.outcome !== 'fail')) return;
  const codes = [...new Set(before.map((each) => each.code ?? each.status))].join(', ');
  const text = `made at ${Math.round(made.atMs)}, when key ${before[0]?.key} had only been refused (${codes})`;
  report('duplicateEffects', text, made.jobId);
}

/** Every job that ever stood in the table, by the key in its payload: also one that a second insert has replaced. */
function jobsByKey(stories: Map<string, Story>): Map<string, Set<string>> {
  const jobs = new Map<string, Set<string>>();
  for (const story of stories.values()) {
    const inserted = story.changes.filter((change) => change.table === 'jobs' && change.op === 'insert');
    for (const row of [...inserted.map((change) => change.after), story.hot, ...story.history]) {
      const key = textOf(row, 'key');
      if (key === undefined) continue;
      jobs.set(key, (jobs.get(key) ?? new Set()).add(story.id));
    }
  }
  return jobs;
}

function checkReplays(operations: ClientOperation[], stories: Map<string, Story>, report: Report): void {
  const accepted = operations.filter((each) => each.op === 'replay' && each.outcome === 'ok');
  for (const [id, calls] of groupBy(accepted, (each) => each.jobId)) {
    const story = stories.get(id);
    if (story?.purged) continue;
    const last = Math.max(1, ...[story?.hot, ...(story?.history ?? [])].map((row) => wholeOf(row, 'run') || 0));
    if (last < 1 + calls.length)
      report('lost', `${calls.length} replays were accepted, and its last run is ${last}`, id);
  }
}
