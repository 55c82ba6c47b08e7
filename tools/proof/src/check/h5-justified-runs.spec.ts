import { describe } from 'vitest';
import { flags } from './flags.fixture.js';
import type { Forge } from './forge-history.fixture.js';

const retried = (forge: Forge) => {
  const id = forge.submit();
  forge.failOnce(id);
  forge.succeed(id, 'worker-2');
};
/** A handler that runs on worker-1 and is lost; what was done to whom is the case's. */
const lost =
  (bend: (forge: Forge, id: string) => void, over: Parameters<Forge['rescue']>[1] = {}) =>
  (forge: Forge) => {
    const id = forge.submit();
    forge.claim(id);
    forge.start(id);
    bend(forge, id);
    forge.rescue(id, over);
    forge.succeed(id, 'worker-2');
  };
const hit = (target: string, kind = 'kill') => lost((forge) => forge.fault(kind, target));

describe('H5: another run has its reason, stamped before it', () => {
  flags('an attempt that has not ended is not claimed again', ['H2 staleWrites', 'H5 unjustifiedRuns'], {
    lawful: retried,
    forged: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      forge.start(id);
      forge.succeed(id, 'worker-2');
    },
    text: /epoch 2 was claimed by worker-2 while epoch 1 had not ended/,
  });
  const failing = (times: number) => (forge: Forge) => {
    const id = forge.submit();
    for (let n = 0; n < times; n += 1) forge.failOnce(id);
    forge.succeed(id);
  };
  flags('a job has no more attempts than it may', 'H5 unjustifiedRuns', {
    lawful: failing(2),
    forged: failing(3),
    text: /epoch 4 is attempt 4 of at most 3/,
  });
  flags('an attempt whose end nobody told calls for no other', 'H5 unjustifiedRuns', {
    lawful: retried,
    forged: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      forge.start(id);
      forge.change(id, { state: 'queued', token: null, lease_until: null });
      forge.succeed(id, 'worker-2');
    },
    text: /epoch 1 ended as unknown/,
  });
  flags('the reason comes before the claim', 'H5 unjustifiedRuns', {
    lawful: retried,
    forged: (forge) => {
      retried(forge);
      const event = forge.history.changes.find((change) => change.after?.kind === 'attempt-failed')!;
      event.after!.at = new Date(forge.nowMs + 60_000).toISOString();
    },
    text: /before epoch 1 was failed at/,
  });
  flags('a lease has to run out by the database’s clock', 'H5 unjustifiedRuns', {
    lawful: hit('worker-1'),
    forged: lost((forge) => forge.fault('kill', 'worker-1').advance(-2_000)),
    text: /rescued by scheduler-1 at \d+, and its lease ran until \d+/,
  });
  flags('a lease is as long as all are', 'H5 unjustifiedRuns', {
    lawful: hit('worker-1'),
    forged: lost((forge, id) => {
      forge.fault('kill', 'worker-1');
      forge.row(id).lease_until = new Date(forge.nowMs + 1_000).toISOString();
      // The beat that set it so passes unrecorded.
      forge.history.changes.findLast((change) => change.table === 'jobs')!.after!.lease_until =
        forge.row(id).lease_until;
    }),
    text: /its lease ended \d+ ms after its claim, not 20000/,
  });
  const graceUntil = (leftMs: number) => (forge: Forge) =>
    lost((each) => each.fault('kill', 'worker-1'), { graceUntilMs: forge.nowMs + 21_050 + leftMs })(forge);
  flags('nobody is lost while every lease has grace', 'H5 unjustifiedRuns', {
    lawful: graceUntil(-1),
    forged: graceUntil(10_000),
    text: /and every lease had grace until/,
  });
  flags('grace that began between the look and the rescue was not to be seen', 'H5 unjustifiedRuns', {
    lawful: graceUntil(19_900),
    forged: graceUntil(18_000),
  });

  flags('an outage of the database reruns nothing', 'H5 unjustifiedRuns', {
    lawful: hit('worker-1', 'pause'),
    forged: hit('postgres', 'pause'),
    text: /epoch 1 on worker-1 ran run-\d and was lost, .*: no fault hit that worker meanwhile/,
  });
  for (const target of [
    'rabbitmq',
    'core-api-1',
    'gateway-1',
    'scheduler-1',
    'worker-2',
    'worker-10',
    'core-api-1->rabbitmq',
    'worker-1 s3',
  ])
    flags(`a fault of ${target} is no reason to lose an attempt on worker-1`, 'H5 unjustifiedRuns', {
      lawful: hit('worker-1'),
      forged: hit(target),
    });
  for (const target of ['worker-1:rabbitmq', 'rabbitmq->worker-1', 'host'])
    flags(`a fault of ${target} is one`, 'H5 unjustifiedRuns', { lawful: hit(target, 'cut'), forged: hit('postgres') });
  flags('a fault that was over before the claim is none', 'H5 unjustifiedRuns', {
    lawful: lost((forge) => forge.fault('pause', 'worker-1', forge.nowMs - 500, forge.nowMs)),
    forged: lost((forge) => forge.fault('pause', 'worker-1', forge.nowMs - 9_000, forge.nowMs - 5_000)),
  });
  for (const kind of ['clock', 'kill-children', 'pause-children', 's3-truncated'])
    flags(`${kind} takes no attempt away`, 'H5 unjustifiedRuns', {
      lawful: hit('worker-1'),
      forged: hit('worker-1', kind),
    });
  const stopped = (kind: string, other?: string) =>
    lost((forge) => {
      forge.fault(kind, 'worker-1').fault(kind, 'core-api-1');
      if (other) forge.fault(other, 'rabbitmq', forge.nowMs - 500, forge.nowMs + 500);
    });
  for (const kind of ['stop', 'drain-worker', 'rolling-restart'])
    flags(`${kind} gives its attempts back, unless something else goes wrong meanwhile`, 'H5 unjustifiedRuns', {
      lawful: stopped(kind, 'broker-crash'),
      forged: stopped(kind),
    });
  flags('only a handler that ran can run again', 'H5 unjustifiedRuns', {
    lawful: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      forge.rescue(id);
      forge.succeed(id, 'worker-2');
    },
    forged: hit('postgres'),
  });

  const overlapping = (bend: (forge: Forge) => void) => (forge: Forge) => {
    const id = forge.submit();
    forge.claim(id);
    const zombie = forge.start(id);
    bend(forge);
    forge.rescue(id);
    forge.claim(id, 'worker-2');
    const runId = forge.start(id);
    forge.sink('end', id, zombie, 'ok', { attempt: 1, worker: 'worker-1' });
    forge.sink('end', id, runId, 'ok');
    forge.finish(id, 'succeeded', { runId });
  };
  flags('two handlers of a job run at a time only where one is a zombie', 'H5 unjustifiedRuns', {
    lawful: overlapping((forge) => forge.fault('pause', 'worker-1')),
    forged: overlapping((forge) => forge.fault('pause', 'postgres')),
    text: /\(attempt 2 on worker-2\) began at \d+ while run-\d \(attempt 1 on worker-1\) ran/,
  });
  const afterEnd = (state: 'cancelled' | 'failed') => (forge: Forge) => {
    const id = forge.submit();
    forge.claim(id);
    const ending = forge.start(id);
    forge.finish(id, state);
    forge.replay(id);
    forge.claim(id, 'worker-2');
    const runId = forge.start(id);
    forge.sink('end', id, ending, 'ok', { attempt: 1, worker: 'worker-1' });
    forge.sink('end', id, runId, 'ok');
    forge.finish(id, 'succeeded', { runId });
  };
  flags(
    'a replay does not wait for the child of a cancelled attempt; that of any other has ended',
    'H5 unjustifiedRuns',
    {
      lawful: afterEnd('cancelled'),
      forged: afterEnd('failed'),
    },
  );
});
