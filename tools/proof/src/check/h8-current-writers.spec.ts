import { describe } from 'vitest';
import { flags } from './flags.fixture.js';
import type { Forge } from './forge-history.fixture.js';

const success = (forge: Forge) => forge.succeed(forge.submit());
/** Attempt 1 failed and told its run's id; attempt 2 runs on worker-2 when the case bends it, and then succeeds. */
const second =
  (
    bend: (forge: Forge, id: string, first: string) => unknown,
    end: (own: string, first: string) => string = (own) => own,
  ) =>
  (forge: Forge) => {
    const id = forge.submit();
    const first = forge.failOnce(id);
    forge.claim(id, 'worker-2');
    const own = forge.start(id);
    bend(forge, id, first);
    forge.sink('end', id, own, 'ok');
    forge.finish(id, 'succeeded', { runId: end(own, first) });
  };
const nothing = () => {};

describe('H8: an attempt that is not current writes nothing', () => {
  flags('no result of an attempt before', ['H4 duplicateEffects', 'H8 staleWrites'], {
    lawful: second(nothing),
    forged: second(nothing, (_, first) => first),
    text: /handler run run-\d \(attempt 1 on worker-1\) wrote job_history under epoch 2, though it is of epoch 1/,
  });
  flags('no progress of an attempt before', 'H8 staleWrites', {
    lawful: second((forge, id) => forge.change(id, { progress: { percent: 9 } })),
    forged: second((forge, id, first) => forge.change(id, { progress: { percent: 9, message: first } })),
    text: /wrote jobs under epoch 2, though it is of epoch 1/,
  });
  flags('no line of an attempt before under the number of this one', 'H8 staleWrites', {
    lawful: second((forge, id) => forge.line(id, 'anything')),
    forged: second((forge, id, first) => forge.line(id, first)),
    text: /wrote job_logs under epoch 2, though it is of epoch 1/,
  });
  const silentFirst = (result: 'own' | 'first') => (forge: Forge) => {
    const id = forge.submit();
    forge.claim(id);
    const first = forge.start(id, 'ok', true);
    forge.sink('end', id, first, 'ok');
    forge.fault('pause', 'worker-1');
    forge.rescue(id);
    forge.claim(id, 'worker-2');
    const own = forge.start(id);
    forge.sink('end', id, own, 'ok');
    forge.finish(id, 'succeeded', { runId: result === 'own' ? own : first });
  };
  flags('no result of an attempt that never told anything: its number and worker are not the row’s', 'H8 staleWrites', {
    lawful: silentFirst('own'),
    forged: silentFirst('first'),
    text: /\(attempt 1 on worker-1\) wrote job_history under epoch 2, which is attempt 2 on worker-2/,
  });
  flags('no end by a token that is not the attempt’s', 'H8 staleWrites', {
    lawful: success,
    forged: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      const runId = forge.start(id);
      forge.sink('end', id, runId, 'ok');
      forge.finish(id, 'succeeded', { runId, kept: { token: 'zombie' } });
      // The row that stays is not what is bent here.
      forge.history.changes.find((change) => change.op === 'delete')!.before!.token = 'job-1-token-1';
    },
    text: /run 1 ended with a token that epoch 1 does not have/,
  });
  const failsTwice = (whose: 'own' | 'first') => (forge: Forge) => {
    const id = forge.submit();
    const first = forge.failOnce(id);
    forge.claim(id, 'worker-2');
    const own = forge.start(id, 'fail');
    forge.sink('end', id, own, 'fail');
    const message = `planned by ${whose === 'own' ? own : first}`;
    forge.finish(id, 'failed', { kept: { error: { class: 'Error', code: null, message } } });
  };
  flags('no failure of an attempt before', 'H8 staleWrites', {
    lawful: failsTwice('own'),
    forged: failsTwice('first'),
    text: /epoch 2 ended by the error of run-\d, which is of epoch 1/,
  });
  const endsWithOldError = (state: 'cancelled' | 'failed') => (forge: Forge) => {
    const id = forge.submit();
    const first = forge.failOnce(id);
    forge.claim(id, 'worker-2');
    forge.finish(id, state, { kept: { error: { class: 'Error', code: null, message: `planned by ${first}` } } });
  };
  flags('a cancelled job may keep the error of an attempt before, a failed one not', 'H8 staleWrites', {
    lawful: endsWithOldError('cancelled'),
    forged: endsWithOldError('failed'),
  });

  flags('no line once a later epoch is current', 'H8 staleWrites', {
    lawful: second((forge, id) => forge.line(id, 'late', { currentEpoch: undefined as never }, { epoch: 1 })),
    forged: second((forge, id) => forge.line(id, 'late', { currentEpoch: 2 }, { epoch: 1 })),
    text: /line \d+ of run 1 epoch 1 was added while epoch 2 was current/,
  });
  const lateLine = (tookMs: number) => (forge: Forge) => {
    const id = forge.submit();
    forge.failOnce(id);
    forge.succeed(id, 'worker-2');
    forge.advance(100);
    const after = { job_id: id, run: 1, epoch: 1, seq: 9, message: 'late' };
    forge.note('job_logs', 'insert', { jobId: id, after, tookMs });
  };
  flags('no line after a later attempt has ended; a statement that began before it may', 'H8 staleWrites', {
    lawful: lateLine(1_000),
    forged: lateLine(50),
    text: /was added long after a later attempt had begun/,
  });
  flags('no line of an attempt that never was', 'H8 staleWrites', {
    lawful: success,
    forged: second((forge, id) => forge.line(id, 'x', {}, { epoch: 7 })),
    text: /is of an attempt that was never claimed/,
  });

  const artifactOf = (epoch: number, over = {}) => second((forge, id) => forge.artifact(id, { run: 1, epoch }, over));
  flags('no artifact of an attempt that did not complete the run', 'H8 staleWrites', {
    lawful: artifactOf(2),
    forged: artifactOf(1),
    text: /that attempt did not complete its run/,
  });
  flags('no artifact while another epoch is current', 'H8 staleWrites', {
    lawful: artifactOf(2),
    forged: artifactOf(2, { currentEpoch: 3 }),
    text: /was recorded while epoch 3 was current/,
  });
  flags('no artifact of a run that failed', 'H8 staleWrites', {
    lawful: artifactOf(2),
    forged: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      forge.artifact(id, { run: 1, epoch: 1 });
      forge.finish(id, 'failed');
    },
  });

  flags('no end of an attempt is told while another epoch is current', 'H8 staleWrites', {
    lawful: second(nothing),
    forged: second((forge, id) => {
      forge.event(id, 'attempt-crashed', false, { currentEpoch: 2 }, { run: 1, epoch: 1 });
    }),
    text: /attempt-crashed of epoch 1 was told while epoch 2 was current/,
  });
  flags('no end of an attempt is told that the row has not left', 'H8 staleWrites', {
    lawful: second(nothing),
    forged: second((forge, id) => forge.event(id, 'attempt-crashed', false)),
    text: /attempt-crashed of run 1 epoch 2 was told, and the row never left that attempt/,
  });
  flags('no event is changed', 'H8 staleWrites', {
    lawful: success,
    forged: (forge) => {
      success(forge);
      const { jobId, after } = forge.history.changes.find((change) => change.table === 'job_events')!;
      forge.note('job_events', 'update', { jobId: jobId!, before: after!, after: after! });
    },
    text: /an event is changed/,
  });

  const whileQueued = (to: Record<string, unknown>) => (forge: Forge) => {
    const id = forge.submit();
    forge.change(id, to);
    forge.change(id, { lease_until: null });
    forge.succeed(id);
  };
  flags('no beat gives a lease to what does not run', 'H8 staleWrites', {
    lawful: whileQueued({}),
    forged: whileQueued({ lease_until: '2026-01-01T00:00:30Z' }),
    text: /given a lease while it is queued/,
  });
  flags('no beat tells the progress of what does not run', 'H8 staleWrites', {
    lawful: whileQueued({}),
    forged: whileQueued({ progress: { percent: 5 } }),
    text: /its progress changes while it is queued/,
  });
});
