import { describe } from 'vitest';
import { flags } from './flags.fixture.js';
import type { Forge } from './forge-history.fixture.js';

const success = (forge: Forge) => forge.succeed(forge.submit());
const replayed = (forge: Forge) => {
  const id = forge.submit();
  forge.succeed(id);
  forge.replay(id);
  forge.succeed(id);
};
/** Forged before the claim of an otherwise lawful job. */
const whileQueued = (bend: (forge: Forge, id: string) => void) => (forge: Forge) => {
  const id = forge.submit();
  bend(forge, id);
  forge.succeed(id);
};
const claimedAs = (row: Record<string, unknown>) => (forge: Forge) => {
  const id = forge.submit();
  forge.claim(id, 'worker-1', row);
  const runId = forge.start(id);
  forge.sink('end', id, runId, 'ok');
  forge.finish(id, 'succeeded', { runId });
};

describe('H2: a job’s path is legal', () => {
  flags('it moves as the lifecycle has it', 'H2 staleWrites', {
    lawful: (forge) => {
      const id = forge.submit('k', { state: 'scheduled' });
      forge.change(id, { state: 'queued' }, { app: 'scheduler-1' });
      forge.succeed(id);
    },
    forged: whileQueued((forge, id) => {
      forge.change(id, { state: 'scheduled' });
      forge.change(id, { state: 'queued' }, { app: 'scheduler-1' });
    }),
    text: /illegal move: queued run 1 epoch 0 attempt 0 → scheduled .*\(by core-api-1, change 2 at \d+\)/,
  });
  flags('it ends as the lifecycle has it', 'H2 staleWrites', {
    lawful: (forge) => forge.finish(forge.submit(), 'cancelled'),
    forged: (forge) => forge.finish(forge.submit(), 'failed'),
    text: /illegal end: queued/,
  });
  flags('a claim raises the epoch by one', 'H2 staleWrites', {
    lawful: success,
    forged: claimedAs({ epoch: 2 }),
    text: /a claim that moves the epoch by 2/,
  });
  flags('a claim counts one attempt', 'H2 staleWrites', {
    lawful: success,
    forged: claimedAs({ attempt: 2 }),
    text: /a claim that counts 2 attempts/,
  });
  flags('a claim that counts none would go on for ever', 'H2 staleWrites', {
    lawful: success,
    forged: claimedAs({ attempt: 0 }),
  });
  flags('a claim has a token of its own', 'H2 staleWrites', { lawful: success, forged: claimedAs({ token: null }) });
  flags('the epoch moves by claims only', 'H2 staleWrites', {
    lawful: success,
    forged: whileQueued((forge, id) => forge.change(id, { epoch: 5 })),
    text: /the epoch moves by 5 without a claim/,
  });
  flags('attempts are counted by claims, and taken back by a release only', 'H2 staleWrites', {
    lawful: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      forge.release(id);
      forge.succeed(id);
    },
    forged: whileQueued((forge, id) => forge.change(id, { attempt: 1 })),
    text: /the attempts move by 1, not 0, without a claim/,
  });
  const givenBack = (bend: Record<string, unknown>) => (forge: Forge) => {
    const id = forge.submit();
    forge.claim(id);
    forge.retry(id, 'aborted', {}, bend);
    forge.succeed(id);
  };
  flags('a drain burns no attempt', 'H2 staleWrites', {
    lawful: givenBack({}),
    forged: givenBack({ attempt: 1, releases: 0 }),
    text: /the attempts move by 0, not -1, without a claim/,
  });
  flags('a failure counts', 'H2 staleWrites', {
    lawful: (forge) => {
      const id = forge.submit();
      forge.failOnce(id);
      forge.succeed(id);
    },
    forged: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      forge.retry(id, 'failed', {}, { attempt: 0 });
      forge.succeed(id);
    },
    text: /the attempts move by -1, not 0, without a claim/,
  });
  flags('a running attempt does not change hands', ['H2 staleWrites', 'H8 staleWrites'], {
    lawful: success,
    forged: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      const runId = forge.start(id);
      forge.change(id, { token: 'another' });
      forge.sink('end', id, runId, 'ok');
      forge.finish(id, 'succeeded', { runId });
    },
    text: /a running attempt changes hands/,
  });
  flags('what does not run has no token', 'H2 staleWrites', {
    lawful: success,
    forged: whileQueued((forge, id) => forge.change(id, { token: 'kept' })),
  });
  flags('a run does not change within the table', ['H2 staleWrites'], {
    lawful: replayed,
    forged: whileQueued((forge, id) => forge.change(id, { run: 2 })),
    text: /its run changes within the table/,
  });
  flags('a new job begins at nothing', 'H2 staleWrites', {
    lawful: success,
    forged: (forge) => forge.succeed(forge.submit('k', { epoch: 3 })),
    text: /a new job begins as queued run 1 epoch 3/,
  });
  flags('a new job does not begin as running', 'H2 staleWrites', {
    lawful: success,
    forged: (forge) => {
      const id = forge.submit('k', { state: 'running' });
      forge.finish(id, 'cancelled');
    },
  });
  flags('an ended job goes on as the next run', 'H2 doubleTerminal', {
    lawful: replayed,
    forged: (forge) => {
      const id = forge.submit();
      forge.succeed(id);
      forge.replay(id, { run: 3 });
      forge.succeed(id);
    },
  });
  flags('the next run goes on with the epochs of the last', 'H2 doubleTerminal', {
    lawful: replayed,
    forged: (forge) => {
      const id = forge.submit();
      forge.succeed(id);
      forge.replay(id, { epoch: 7 });
      forge.succeed(id);
    },
  });
  flags('the next run begins by a replay only', 'H2 doubleTerminal', {
    lawful: replayed,
    forged: (forge) => {
      replayed(forge);
      forge.drop((change) => change.after?.kind === 'replayed');
    },
    text: /run 2 begins without a replay/,
  });
  flags('what leaves the table comes to the history', ['H1 lost', 'H2 lost'], {
    lawful: success,
    forged: (forge) => {
      success(forge);
      forge.drop((change) => change.table === 'job_history');
      Object.assign(forge.history.final, { history: [], events: [] });
    },
    text: /taken out of the table as running .* without a history row/,
  });
  flags('what comes to the history has left the table', ['H2 doubleTerminal', 'H3 doubleTerminal'], {
    lawful: success,
    forged: (forge) => {
      success(forge);
      const row = forge.history.final.history[0]!;
      forge.note('job_history', 'insert', { jobId: row.id as string, after: row });
    },
    text: /while nothing was taken out of the table/,
  });
  flags('an end is final', 'H2 doubleTerminal', {
    lawful: success,
    forged: (forge) => {
      success(forge);
      const row = forge.history.final.history[0]!;
      forge.note('job_history', 'update', { jobId: row.id as string, before: row, after: { ...row, state: 'failed' } });
    },
    text: /its end is changed/,
  });
  flags('it ends as the attempt that it was', ['H2 staleWrites', 'H8 staleWrites'], {
    lawful: success,
    forged: (forge) => {
      const id = forge.submit();
      forge.failOnce(id);
      forge.claim(id);
      const runId = forge.start(id);
      forge.sink('end', id, runId, 'ok');
      forge.finish(id, 'succeeded', { runId, kept: { epoch: 1 } });
    },
    text: /it ends as another than it was/,
  });
  flags('no row moves without a trigger seeing it', 'H2 staleWrites', {
    lawful: success,
    forged: (forge) => {
      const id = forge.submit('k', { state: 'scheduled' });
      forge.change(id, { state: 'queued' }, { app: 'scheduler-1' });
      forge.drop((change) => change.op === 'update');
      forge.succeed(id);
    },
    text: /it stood as scheduled .* and now changes from queued/,
  });
  flags('the rows at the end are those that the triggers left', ['H2 lost', 'H3 doubleTerminal'], {
    lawful: success,
    forged: (forge) => {
      success(forge);
      forge.history.final.history[0]!.state = 'failed';
    },
    text: /its history says failed/,
  });
  flags('no second row comes into the table while one is there', ['H2 staleWrites'], {
    lawful: success,
    forged: whileQueued((forge, id) => forge.note('jobs', 'insert', { jobId: id, after: forge.row(id) })),
    text: /while it stands as queued/,
  });
});
