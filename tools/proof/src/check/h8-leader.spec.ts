import { describe } from 'vitest';
import { flags } from './flags.fixture.js';
import type { Forge } from './forge-history.fixture.js';

const promotedBy =
  (app: string, leader: Partial<Forge['leader']> = {}) =>
  (forge: Forge) => {
    const id = forge.submit('k', { state: 'scheduled' });
    Object.assign(forge.leader, leader);
    forge.change(id, { state: 'queued' }, { app });
    forge.succeed(id);
  };
const ledBy2 = { holder: 'scheduler-2-78-abcdef', term: 2 };

describe('H8: what only the leader does, the leader does', () => {
  flags('a promotion by a scheduler that another leads', 'H8 staleWrites', {
    lawful: promotedBy('scheduler-2', ledBy2),
    forged: promotedBy('scheduler-1', ledBy2),
    text: /moved scheduled → queued by scheduler-1 while scheduler-2-78-abcdef led, term 2/,
  });
  flags('a promotion after the time has run out', 'H8 staleWrites', {
    lawful: promotedBy('scheduler-1'),
    forged: promotedBy('scheduler-1', { live: false }),
    text: /which had run out/,
  });
  flags('scheduler-1 is not scheduler-10', 'H8 staleWrites', {
    lawful: promotedBy('scheduler-10', { holder: 'scheduler-10-5-a' }),
    forged: promotedBy('scheduler-1', { holder: 'scheduler-10-5-a' }),
  });
  flags('a promotion while nobody led', 'H8 staleWrites', {
    lawful: promotedBy('scheduler-1'),
    forged: (forge) => {
      promotedBy('scheduler-1')(forge);
      delete forge.history.changes.find((change) => change.app === 'scheduler-1')!.leader;
    },
    text: /while nobody led/,
  });
  flags('a promotion by a service that never leads', 'H8 staleWrites', {
    lawful: promotedBy('scheduler-1'),
    forged: promotedBy('core-api-1'),
    text: /by core-api-1, which never leads/,
  });

  const rescuedBy =
    (app: string, leader: Partial<Forge['leader']> = {}) =>
    (forge: Forge) => {
      const id = forge.submit();
      forge.claim(id);
      Object.assign(forge.leader, leader);
      forge.rescue(id, { app });
      forge.succeed(id, 'worker-2');
    };
  flags('a rescue by a scheduler that does not lead', 'H8 staleWrites', {
    lawful: rescuedBy('scheduler-1'),
    forged: rescuedBy('scheduler-1', ledBy2),
    text: /moved running → queued by scheduler-1/,
  });
  flags('a rescue by a core', 'H8 staleWrites', {
    lawful: rescuedBy('scheduler-1'),
    forged: rescuedBy('core-api-1'),
    text: /rescued as lost by core-api-1/,
  });

  const endedBy =
    (app: string, state: string, leader: Partial<Forge['leader']> = {}) =>
    (forge: Forge) => {
      const id = forge.submit();
      Object.assign(forge.leader, leader);
      forge.finish(id, state, { over: { app } });
    };
  flags('an expiry by a scheduler that does not lead', 'H8 staleWrites', {
    lawful: endedBy('scheduler-1', 'expired'),
    forged: endedBy('scheduler-1', 'expired', ledBy2),
    text: /ended while queued by scheduler-1/,
  });
  flags('an expiry by a core', 'H8 staleWrites', {
    lawful: endedBy('core-api-1', 'cancelled'),
    forged: endedBy('core-api-1', 'expired'),
    text: /expired by core-api-1, which never leads/,
  });

  const byHand = (change: (forge: Forge, id: string) => void) => (forge: Forge) => {
    const id = forge.submit();
    forge.succeed(id);
    Object.assign(forge.leader, ledBy2);
    change(forge, id);
  };
  const closedBy = (app: string) =>
    byHand((forge, id) => forge.note('stopping_attempts', 'delete', { app, jobId: id, before: { job_id: id } }));
  flags('a cancelled attempt closed by a scheduler that does not lead', 'H8 staleWrites', {
    lawful: closedBy('core-api-1'),
    forged: closedBy('scheduler-1'),
    text: /a cancelled attempt closed by scheduler-1/,
  });
  const replayedBy = (app: string) =>
    byHand((forge, id) => {
      forge.replay(id);
      const begun = forge.history.changes.findLast((change) => change.table === 'jobs')!;
      Object.assign(begun, { app, leader: { ...forge.leader } });
      forge.succeed(id);
    });
  flags('a replay by the action of a scheduler that does not lead', 'H8 staleWrites', {
    lawful: replayedBy('scheduler-2'),
    forged: replayedBy('scheduler-1'),
    text: /begun again as queued by scheduler-1/,
  });

  const taken = (holder: string, term: number, leftMs: number) => (forge: Forge) => {
    forge.succeed(forge.submit());
    const expires = new Date(forge.nowMs + leftMs).toISOString();
    const before = { name: 'scheduler', holder: 'scheduler-1-77-a', term: 4, expires_at: expires };
    forge.note('leaders', 'update', { app: 'scheduler-2', before, after: { ...before, holder, term } });
  };
  flags('a lead that is taken before its time is over', 'H8 staleWrites', {
    lawful: taken('scheduler-2-78-b', 5, -1),
    forged: taken('scheduler-2-78-b', 5, 500),
    text: /another leads before the time is over/,
  });
  flags('a lead that is taken without a new term', 'H8 staleWrites', {
    lawful: taken('scheduler-2-78-b', 5, -1),
    forged: taken('scheduler-2-78-b', 4, -1),
    text: /another leads in the same term/,
  });
  flags('a term that falls', 'H8 staleWrites', {
    lawful: taken('scheduler-1-77-a', 5, 500),
    forged: taken('scheduler-1-77-a', 3, 500),
    text: /the term falls: .* term 4 .* → .* term 3/,
  });
});
