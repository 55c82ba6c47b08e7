import { describe } from 'vitest';
import { flags } from './flags.fixture.js';
import type { Forge } from './forge-history.fixture.js';

const success = (forge: Forge) => {
  const id = forge.submit();
  forge.succeed(id);
  return id;
};

describe('H3: a run ends once, and all tell the same end', () => {
  flags('two terminal events are one too many', 'H3 doubleTerminal', {
    lawful: success,
    forged: (forge) => {
      const id = success(forge);
      forge.history.final.events.push({ ...forge.history.final.events[0], kind: 'failed', job_id: id });
    },
    text: /run 1 has the ends \[succeeded\] and the terminal events \[succeeded, failed\]/,
  });
  flags('an end without its event is not told', 'H3 doubleTerminal', {
    lawful: success,
    forged: (forge) => {
      success(forge);
      forge.history.final.events = [];
    },
  });
  flags('an event without its end is not so', 'H3 doubleTerminal', {
    lawful: success,
    forged: (forge) => {
      const id = forge.submit();
      forge.event(id, 'cancelled', true);
      forge.succeed(id);
      forge.history.final.events[0]!.run = 9;
      forge.history.changes.find((change) => change.table === 'job_events')!.after!.run = 9;
    },
    text: /run 9 has the ends \[\]/,
  });
  flags('the event says what the history says', 'H3 doubleTerminal', {
    lawful: success,
    forged: (forge) => {
      success(forge);
      forge.history.final.events[0]!.kind = 'failed';
    },
  });
  flags('what has ended does not stand in the table', ['H2 lost', 'H3 doubleTerminal', 'H7 stuck'], {
    lawful: (forge) => {
      const id = success(forge);
      forge.replay(id);
      forge.succeed(id);
    },
    forged: (forge) => {
      const id = success(forge);
      forge.replay(id, { run: 1, epoch: 1 });
      forge.drop((change) => change.seq > 7);
      forge.history.operations.pop();
      forge.history.final.events.pop();
      forge.history.final.counts.push({ queue: 'proof', state: 'queued', n: 1 });
    },
    text: /run 1 has ended and stands in the table as queued/,
  });
  flags('a second event that is gone again was there all the same', 'H3 doubleTerminal', {
    lawful: success,
    forged: (forge) => {
      const id = success(forge);
      const after = forge.history.changes.find((change) => change.table === 'job_events')!.after!;
      forge.note('job_events', 'insert', { jobId: id, app: 'core-api-2', after: { ...after, kind: 'failed' } });
    },
    text: /run 1 was given 2 terminal events, by core-api-1 and core-api-2/,
  });
  flags('what a client was told of an end stands', 'H3 doubleTerminal', {
    lawful: (forge) => {
      const id = success(forge);
      forge.operation({ op: 'read', jobId: id, state: 'running' });
      forge.operation({ op: 'read', jobId: id, state: 'succeeded' });
    },
    forged: (forge) => {
      const id = success(forge);
      forge.operation({ op: 'read', jobId: id, state: 'failed' });
    },
    text: /a client was told at \d+ that it had failed/,
  });
  flags('a cancel that was confirmed is one', 'H3 doubleTerminal', {
    lawful: (forge) => {
      const id = forge.submit();
      forge.finish(id, 'cancelled');
      forge.operation({ op: 'cancel', jobId: id, state: 'cancelled' });
      forge.operation({ op: 'cancel', jobId: success(forge), state: 'succeeded' });
    },
    forged: (forge) => forge.operation({ op: 'cancel', jobId: success(forge), state: 'cancelled' }),
  });
});
