import type { Job, WaitingFor } from '@windlass/client';
import { expect, it } from 'vitest';
import { ID, sampleJob } from '../testing/sample-job.fixture.js';
import { describeJob } from './describe-job.js';
import { explainJob } from './explain-job.js';

const LATER = '2126-01-02T03:04:05.000Z';
const SINCE = '2026-01-02T03:04:05.000Z';

it.each<[WaitingFor, string[]]>([
  [{ kind: 'delay', until: LATER }, ['its time, 2126-01-02 03:04:05Z (in ', 'by itself']],
  [{ kind: 'retry', until: LATER }, ['its next attempt', `windlass events ${ID}`]],
  [{ kind: 'parents' }, ['the jobs before it']],
  [
    { kind: 'queue-paused', queue: 'q', since: SINCE },
    ['paused since 2026-01-02 03:04:05Z', 'windlass queues resume q'],
  ],
  [
    { kind: 'no-worker', type: 'hash', version: 2, knownVersions: [] },
    ['hash version 2', 'none is there', 'Start one'],
  ],
  [{ kind: 'no-worker', type: 'hash', version: 2, knownVersions: [1, 3] }, ['run version 1, 3', 'Update the workers']],
  [{ kind: 'queue-limit', queue: 'q', limit: 4, running: 4 }, ['4 of at most 4 run', 'windlass queues put q --limit']],
  [{ kind: 'concurrency-key', key: 'site', limit: 1, holders: ['a', 'b'] }, ['key site', 'held by a, b']],
  [{ kind: 'backlog', ahead: 1, slots: 2 }, ['a free slot of 2', '1 job of its type and queue']],
  [{ kind: 'backlog', ahead: 1_000, slots: 2 }, ['1000 jobs or more']],
  [{ kind: 'new-kind' } as unknown as WaitingFor, ['{"kind":"new-kind"}']],
])('why a job waits is said in a sentence, with what to do: %j', (waiting, parts) => {
  const job = sampleJob({ state: 'queued', attempt: 0, waitingFor: [waiting] });
  const [sentence] = explainJob(job);
  for (const part of ['It waits for ', ...parts]) expect(sentence).toContain(part);
  expect(describeJob(job)).toContain(`waits for  ${sentence?.slice('It waits for '.length).slice(0, 9)}`);
});

it.each<[Partial<Job>, string[]]>([
  [{ state: 'queued', waitingFor: [] }, ['Nothing holds it back: it starts in a moment.']],
  [
    { state: 'queued', attempt: 0, expiresAt: LATER },
    [expect.any(String), 'It expires at 2126-01-02 03:04:05Z unless it has started by then.'],
  ],
  [
    { state: 'running', startedAt: SINCE, worker: 'w1', machine: 'm1', timeLeftMs: 4_200 },
    ['It waits for nothing: it has been running since 2026-01-02 03:04:05Z on worker w1 of m1; it may run 4.2 s more.'],
  ],
  [{ state: 'succeeded', finishedAt: SINCE }, ['It waits for nothing: it succeeded at 2026-01-02 03:04:05Z.']],
  [
    { state: 'failed', finishedAt: SINCE, error: { class: 'E', code: 'a.b', message: 'no' } },
    ['It waits for nothing: it failed at 2026-01-02 03:04:05Z: a.b: no.', `\`windlass replay ${ID}\` runs it again.`],
  ],
  [
    { state: 'cancelled', finishedAt: SINCE, reason: 'wrong\u001b file', stopping: true },
    [
      'It waits for nothing: it was cancelled at 2026-01-02 03:04:05Z: wrong  file.',
      'Its attempt is being ended and holds its slot until then.',
    ],
  ],
])('what does not wait says so: %j', (given, sentences) => {
  expect(explainJob(sampleJob(given))).toEqual(sentences);
});

it('a job is shown with its counters, limits and keys; what is as usual is left out', () => {
  const text = describeJob(
    sampleJob({
      ...{ state: 'running', queue: 'nightly', run: 2, priority: 9, retention: 'long', timeLeftMs: 61_000 },
      ...{ concurrencyKey: 'site', concurrencyLimit: 2, dedupeKey: 'd', machine: 'm1' },
      counters: { reserves: 4, timeouts: 1, releases: 2, buries: 1, kicks: 1 },
      progress: { percent: 40, phase: 'meshing', message: 'part 2' },
    }),
  );
  const lines = text.split('\n').map((line) => line.replace(/ {2,}/, ': '));
  expect(lines).toEqual(
    expect.arrayContaining([
      ...['queue: nightly', 'state: running 40 %', 'progress: meshing: part 2', 'time left: 1 min 1 s', 'run: 2'],
      'counters: reserves 4, timeouts 1, releases 2, buries 1, kicks 1',
      ...['priority: critical', 'dedupe key: d', 'concurrency: site (at most 2 at a time)', 'retention: long'],
    ]),
  );
  expect(describeJob(sampleJob())).not.toMatch(/queue|retention|dedupe|run /);
});
