import { describe } from 'vitest';
import { flags } from './flags.fixture.js';
import type { Forge } from './forge-history.fixture.js';

const success = (forge: Forge) => forge.succeed(forge.submit());
const counted = (forge: Forge, state: string, n = 1) => forge.history.final.counts.push({ queue: 'proof', state, n });

describe('H7: after quiet nothing is left under way', () => {
  flags('a queued job is stuck', 'H7 stuck', {
    lawful: success,
    forged: (forge) => {
      forge.submit('k', { dispatch_until: '2026-01-01T00:01:00Z' });
      counted(forge, 'queued');
    },
    text: /still queued, run 1 epoch 0 attempt 0, marked until 2026-01-01T00:01:00Z/,
  });
  flags('so is one that waits for its concurrency key', 'H7 stuck', {
    lawful: success,
    forged: (forge) => {
      forge.submit('k', { held: true });
      counted(forge, 'held');
    },
    text: /still held/,
  });
  flags('so is a scheduled one', 'H7 stuck', {
    lawful: success,
    forged: (forge) => {
      forge.submit('k', { state: 'scheduled', run_at: '2026-01-02T00:00:00Z' });
      counted(forge, 'scheduled');
    },
    text: /still scheduled.*due 2026-01-02/,
  });
  flags('so is one that runs with a dead lease', 'H7 stuck', {
    lawful: success,
    forged: (forge) => {
      forge.claim(forge.submit());
      forge.advance(60_000);
      counted(forge, 'running');
    },
    text: /running, run 1 epoch 1 attempt 1 on worker-1, its lease is dead since 40000 ms/,
  });
  flags('a cancelled attempt is closed', 'H7 stuck', {
    lawful: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      forge.finish(id, 'cancelled');
    },
    forged: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      forge.finish(id, 'cancelled');
      forge.history.final.stopping.push({ job_id: id, run: 1, epoch: 1, worker: 'worker-1' });
    },
    text: /its cancelled attempt, epoch 1 on worker-1, was never closed/,
  });
  flags('counts come back to nothing', 'H7 stuck', {
    lawful: (forge) => {
      success(forge);
      counted(forge, 'running', 0);
    },
    forged: (forge) => {
      success(forge);
      counted(forge, 'running', -1);
    },
    text: /the count of proof\/running says -1, and there are 0/,
  });
  flags('counts see what is left', 'H7 stuck', {
    lawful: success,
    forged: (forge) => {
      forge.submit();
    },
    text: /the count of proof\/queued says 0, and there are 1/,
  });
  flags('a lease is not longer than all are', 'H7 stuck', {
    lawful: success,
    forged: (forge) => {
      const id = forge.submit();
      forge.claim(id, 'worker-1', { lease_until: new Date(forge.nowMs + 3_600_000).toISOString() });
      const runId = forge.start(id);
      forge.sink('end', id, runId, 'ok');
      forge.finish(id, 'succeeded', { runId });
    },
    text: /a lease of \d+ ms, not 20000/,
  });
});
