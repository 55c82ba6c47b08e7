import { describe, expect, it } from 'vitest';
import type { Submission } from '../submit/submit-once.js';
import { goalsOf } from './goals.js';
import { isRight, type JobCounts, judgeJobs } from './judge-jobs.js';
import type { Facts, JobFact } from './read-facts.js';

type Told = Pick<Submission, 'outcome' | 'jobId' | 'key'>;
interface World {
  told: Told[];
  jobs: Map<string, JobFact>;
  keys: Map<string, string>;
  sink: { what: 'start' | 'end'; jobId: string; attempt: number; runId: string }[];
}

/** Two jobs that went well, the second one in its second attempt, and a submission that was refused. */
function goodWorld(): World {
  const fact = {
    state: 'succeeded',
    outcome: 'succeeded',
    attempt: 1,
    terminalEvents: 1,
    endedAttempts: 0,
    error: null,
  };
  const run = (jobId: string, runId: string, ...whats: ('start' | 'end')[]) =>
    whats.map((what) => ({ what, jobId, attempt: 1, runId }));
  return {
    told: [
      { outcome: 'ok', jobId: 'a', key: 'key-a' },
      { outcome: 'ok', jobId: 'b', key: 'key-b' },
      { outcome: 'fail', key: 'key-c' },
      { outcome: 'unknown', key: 'key-d' },
    ],
    jobs: new Map([
      ['a', { ...fact, id: 'a', runId: 'run-a' }],
      ['b', { ...fact, id: 'b', runId: 'run-b2', attempt: 2, endedAttempts: 1 }],
    ]),
    keys: new Map([
      ['key-a', 'a'],
      ['key-b', 'b'],
    ]),
    sink: [...run('a', 'run-a', 'start', 'end'), ...run('b', 'run-b1', 'start'), ...run('b', 'run-b2', 'start', 'end')],
  };
}

function judge({ told, jobs, keys, sink }: World): JobCounts {
  const facts: Facts = { jobs, keys };
  return judgeJobs(told, facts, sink);
}

const forge: Record<keyof JobCounts, (world: World) => void> = {
  lost: ({ told }) => told.push({ outcome: 'ok', jobId: 'gone', key: 'key-gone' }),
  stuck: ({ jobs }) => Object.assign(jobs.get('a')!, { state: 'queued' }),
  doubleTerminal: ({ jobs }) => Object.assign(jobs.get('a')!, { terminalEvents: 2 }),
  foreignResults: ({ jobs }) => Object.assign(jobs.get('b')!, { runId: 'run-b1' }),
  unjustifiedRuns: ({ sink }) => void sink.push({ what: 'start', jobId: 'a', attempt: 1, runId: 'run-a2' }),
  ghosts: ({ sink }) => void sink.push({ what: 'start', jobId: 'nobody', attempt: 1, runId: 'run-n' }),
  falselyRefused: ({ told }) => void told.push({ outcome: 'fail', key: 'key-a' }),
  halfMade: ({ keys }) => void keys.delete('key-a'),
};

describe('the plain counts over jobs', () => {
  it('are zero where all is right', () => {
    const counts = judge(goodWorld());
    expect(isRight(counts)).toBe(true);
    expect(goalsOf(counts).every((goal) => goal.held)).toBe(true);
  });

  it.each(Object.keys(forge) as (keyof JobCounts)[])('tell a forged history: %s', (name) => {
    const world = goodWorld();
    forge[name](world);
    const counts = judge(world);
    expect(counts).toEqual({ ...judge(goodWorld()), [name]: 1 });
    expect(isRight(counts)).toBe(false);
    expect(goalsOf(counts).filter((goal) => !goal.held)).toHaveLength(1);
  });

  it('tell a key whose job is not there', () => {
    const world = goodWorld();
    world.keys.set('key-x', 'x');
    expect(judge(world).halfMade).toBe(1);
  });

  it('tell a job that was lost after it had run as lost and as a ghost', () => {
    const world = goodWorld();
    world.jobs.delete('a');
    expect(judge(world)).toMatchObject({ lost: 1, ghosts: 1 });
  });
});
