import type { Change } from '../history.js';
import type { Report } from './collect-violations.js';
import type { Evidence } from './evidence.js';
import { type Row, textOf, timeOf, wholeOf } from './row-values.js';

/** Services that never lead. Others, such as a test's own connection, are not judged. */
const NEVER_LEADS = /^(gateway|core-api|worker)-\d+$/;
const MAY_LEAD = /^scheduler-\d+$/;

/**
 * H8 for terms: what only the leader does is written by the scheduler that leads at that moment. Admissions and refills need no term:
 * whoever makes them, they are the same.
 */
export function checkLeader({ history, stories }: Evidence, report: Report): void {
  const outcomes = new Map<string, string>();
  for (const { id, claims } of stories.values())
    for (const { run, epoch, end } of claims) if (end) outcomes.set(`${id} ${run} ${epoch}`, end.how);
  for (const change of history.changes) {
    if (change.table === 'leaders') checkTerm(change, report);
    else if (MAY_LEAD.test(change.app)) {
      const what = schedulersWork(change);
      if (what !== undefined) checkLeads(change, what, report);
    } else if (NEVER_LEADS.test(change.app)) {
      const what = leadersOnly(change, outcomes);
      if (what !== undefined)
        report('staleWrites', `${what} by ${change.app}, which never leads (change ${change.seq})`, change.jobId);
    }
  }
}

/** What a scheduler writes of a job, apart from marks and admissions, it writes under its term. */
function schedulersWork({ table, op, before, after }: Change): string | undefined {
  if (table === 'stopping_attempts' && op === 'delete') return 'a cancelled attempt closed';
  if (table !== 'jobs') return undefined;
  const [from, to] = [textOf(before, 'state'), textOf(after, 'state')];
  if (op === 'insert') return `begun again as ${to}`;
  if (op === 'delete') return `ended while ${from}`;
  return from === to ? undefined : `moved ${from} → ${to}`;
}

function leadersOnly({ table, op, before, after, jobId }: Change, outcomes: Map<string, string>): string | undefined {
  if (table === 'job_history' && op === 'insert' && textOf(after, 'state') === 'expired') return 'expired';
  if (table !== 'jobs') return undefined;
  if (textOf(before, 'state') === 'scheduled' && textOf(after, 'state') === 'queued') return 'moved scheduled → queued';
  const left = textOf(before, 'state') === 'running' && textOf(after, 'state') !== 'running';
  const lost = left && outcomes.get(`${jobId} ${wholeOf(before, 'run')} ${wholeOf(before, 'epoch')}`) === 'lost';
  return lost ? 'rescued as lost' : undefined;
}

function checkLeads({ app, leader, seq, atMs, jobId }: Change, what: string, report: Report): void {
  if (leader?.live && leader.holder.startsWith(`${app}-`)) return;
  const led = leader
    ? `${leader.holder} led, term ${leader.term}${leader.live ? '' : ', which had run out'}`
    : 'nobody led';
  report('staleWrites', `${what} by ${app} while ${led} (change ${seq} at ${Math.round(atMs)})`, jobId);
}

/** A new holder comes after the end of the old one's time, with a higher term. */
function checkTerm({ op, before, after, seq, atMs }: Change, report: Report): void {
  if (op !== 'update') return;
  const told = `${shown(before)} → ${shown(after)} (change ${seq} at ${Math.round(atMs)})`;
  if (wholeOf(after, 'term') < wholeOf(before, 'term')) report('staleWrites', `the term falls: ${told}`);
  if (textOf(before, 'holder') === textOf(after, 'holder')) return;
  if (!(wholeOf(after, 'term') > wholeOf(before, 'term')))
    report('staleWrites', `another leads in the same term: ${told}`);
  if (!((timeOf(before, 'expires_at') ?? Number.NaN) <= atMs))
    report('staleWrites', `another leads before the time is over: ${told}`);
}

const shown = (row: Row | undefined) =>
  `${textOf(row, 'holder')} term ${wholeOf(row, 'term')} until ${textOf(row, 'expires_at')}`;
