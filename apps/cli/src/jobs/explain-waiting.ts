import type { Job, WaitingFor } from '@windlass/client';
import { plain, showDuration, showTime } from '../frame/show-values.js';

/** What a reason is called after "waits for", and what to do about it. */
interface Explained {
  reason: string;
  advice: string;
}

/** The service counts no further. */
const MOST_COUNTED_AHEAD = 1_000;

type Explain<Kind extends WaitingFor['kind']> = (waiting: Extract<WaitingFor, { kind: Kind }>, job: Job) => Explained;

const EXPLAIN: { [Kind in WaitingFor['kind']]: Explain<Kind> } = {
  delay: (waiting) => ({ reason: `its time, ${untilText(waiting)}`, advice: 'It starts by itself.' }),
  retry: (waiting, { id }) => ({
    reason: `its next attempt, ${untilText(waiting)}`,
    advice: `It starts by itself; \`windlass events ${id}\` shows how the last one ended.`,
  }),
  parents: () => ({ reason: 'the jobs before it', advice: 'It follows by itself when these have succeeded.' }),
  'queue-paused': ({ queue, since }) => ({
    reason: `queue ${queue}, which has been paused since ${showTime(since)}`,
    advice: `\`windlass queues resume ${queue}\` lets it go on.`,
  }),
  'no-worker': ({ type, version, knownVersions }) => ({
    reason: `a worker that runs ${type} version ${version}; ${
      knownVersions.length > 0 ? `those that are there run version ${knownVersions.join(', ')}` : 'none is there'
    }`,
    advice:
      knownVersions.length > 0 ? 'Update the workers, or start one with that version.' : 'Start one with that type.',
  }),
  'queue-limit': ({ queue, limit, running }) => ({
    reason: `a place in queue ${queue}, where ${running} of at most ${limit} run`,
    advice: `\`windlass queues put ${queue} --limit N\` changes the limit.`,
  }),
  'concurrency-key': ({ key, limit, holders }) => ({
    reason: `its concurrency key ${key} (at most ${limit} at a time)${
      holders.length > 0 ? `, now held by ${holders.join(', ')}` : ''
    }`,
    advice: 'It follows by itself when one of them ends; `windlass cancel ID` ends one sooner.',
  }),
  backlog: ({ ahead, slots }) => ({
    reason: `a free slot of ${slots}${ahead > 0 ? `; ${jobsText(ahead)} of its type and queue ${ahead === 1 ? 'goes' : 'go'} first` : ''}`,
    advice: 'More workers or slots let it start sooner, a higher --priority those that are submitted from now on.',
  }),
};

/** A kind that this command does not know yet is shown as it came. */
function explain(waiting: WaitingFor, job: Job): Explained {
  const known = EXPLAIN[waiting.kind] as ((waiting: WaitingFor, job: Job) => Explained) | undefined;
  return known?.(waiting, job) ?? { reason: JSON.stringify(waiting), advice: '' };
}

/** In a few words each. */
export function waitingReasons(job: Job): string[] {
  return (job.waitingFor ?? []).map((waiting) => plain(explain(waiting, job).reason));
}

/** In sentences: why it does not run, and what to do about it. */
export function whyNotRunning(job: Job): string[] {
  const sentences = (job.waitingFor ?? []).map((waiting) => {
    const { reason, advice } = explain(waiting, job);
    return `It waits for ${reason}. ${advice}`.trim();
  });
  if (sentences.length === 0) sentences.push('Nothing holds it back: it starts in a moment.');
  if (job.expiresAt !== undefined && job.attempt === 0) {
    sentences.push(`It expires at ${showTime(job.expiresAt)} unless it has started by then.`);
  }
  return sentences.map(plain);
}

function untilText({ until }: { until: string }): string {
  const leftMs = Date.parse(until) - Date.now();
  return leftMs > 0 ? `${showTime(until)} (in ${showDuration(leftMs)})` : showTime(until);
}

function jobsText(count: number): string {
  if (count >= MOST_COUNTED_AHEAD) return `${MOST_COUNTED_AHEAD} jobs or more`;
  return count === 1 ? '1 job' : `${count} jobs`;
}
