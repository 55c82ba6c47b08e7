import { STATES, TRANSITIONS } from '@windlass/lifecycle';
import { describe, expect, it } from 'vitest';
import { Forge } from './forge-history.fixture.js';
import { HOT, LEGAL_MOVES, TERMINAL } from './legal-moves.js';

describe('a lawful history', () => {
  it('is clean: success, retry, release, abort, rescue after a kill, cancel, expiry, replay, a delayed job', () => {
    const forge = new Forge();
    forge.succeed(forge.submit());

    const retried = forge.submit();
    forge.failOnce(retried);
    forge.succeed(retried, 'worker-2');

    const released = forge.submit();
    forge.claim(released);
    forge.release(released);
    forge.claim(released, 'worker-2');
    forge.start(released, 'hang');
    forge.retry(released, 'aborted');
    forge.succeed(released, 'worker-2');

    const lost = forge.submit();
    forge.claim(lost);
    forge.start(lost);
    forge.fault('kill', 'worker-1');
    forge.rescue(lost);
    forge.succeed(lost, 'worker-2');

    const cancelled = forge.submit();
    forge.claim(cancelled);
    forge.start(cancelled);
    forge.finish(cancelled, 'cancelled');
    forge.operation({ op: 'cancel', jobId: cancelled, status: 200 });
    forge.replay(cancelled);
    forge.succeed(cancelled, 'worker-2');

    const late = forge.submit('late', { state: 'scheduled' });
    forge.change(late, { state: 'queued' }, { app: 'scheduler-1' });
    forge.finish(late, 'expired', { over: { app: 'scheduler-1' } });

    const verdict = forge.verdict();
    expect(verdict.violations).toEqual([]);
    expect(verdict).toMatchObject({
      lost: 0,
      doubleTerminal: 0,
      duplicateEffects: 0,
      staleWrites: 0,
      unjustifiedRuns: 0,
      stuck: 0,
    });
    expect(verdict.looked).toMatchObject({ jobs: 6, runs: 9, faults: 1 });
  });

  it('keeps a bounded number of violations, and counts all', () => {
    const forge = new Forge();
    for (let n = 0; n < 80; n += 1) forge.operation({ jobId: `none-${n}` });
    const verdict = forge.verdict();
    expect(verdict.lost).toBe(80);
    expect(verdict.violations).toHaveLength(50);
  });
});

describe('the table of legal moves', () => {
  it('is the product’s, written down twice', () => {
    const theirs = Object.fromEntries(Object.entries(TRANSITIONS).map(([from, to]) => [from, Object.keys(to).sort()]));
    const ours = Object.fromEntries(Object.entries(LEGAL_MOVES).map(([from, to]) => [from, [...to].sort()]));
    expect(ours).toEqual(theirs);
    expect([...HOT, ...TERMINAL]).toEqual([...STATES]);
  });
});
