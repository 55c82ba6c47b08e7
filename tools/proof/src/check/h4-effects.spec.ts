import { describe } from 'vitest';
import { flags } from './flags.fixture.js';
import type { Forge } from './forge-history.fixture.js';

const success = (forge: Forge) => forge.succeed(forge.submit());
/** A run that ends as succeeded with what `result` says. */
const endedBy = (result: (forge: Forge, id: string) => Parameters<Forge['finish']>[2]) => (forge: Forge) => {
  const id = forge.submit();
  forge.claim(id);
  forge.finish(id, 'succeeded', result(forge, id));
};
const ranOk = (forge: Forge, id: string) => {
  const runId = forge.start(id);
  forge.sink('end', id, runId, 'ok');
  return runId;
};

describe('H4: the sink of the handlers agrees', () => {
  flags('a claim runs its handler once', 'H4 duplicateEffects', {
    lawful: success,
    forged: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      const runId = ranOk(forge, id);
      forge.sink('start', id, 'second', 'ok');
      forge.sink('end', id, 'second', 'ok');
      forge.finish(id, 'succeeded', { runId });
    },
    text: /attempt 1 was claimed 1 times, and its handler ran 2 times: run-\d on worker-1, second on worker-1/,
  });
  flags('a claim that was given back before its start ran nothing', 'H4 duplicateEffects', {
    lawful: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      forge.release(id);
      forge.succeed(id);
    },
    forged: (forge) => {
      const id = forge.submit();
      forge.claim(id);
      forge.start(id, 'hang', true);
      forge.release(id);
      forge.succeed(id);
    },
  });
  flags('a success has a handler run’s result', 'H4 duplicateEffects', {
    lawful: endedBy((forge, id) => ({ runId: ranOk(forge, id) })),
    forged: endedBy((forge, id) => {
      ranOk(forge, id);
      return {};
    }),
    text: /run 1 succeeded without a handler run's result/,
  });
  flags('a success with a large result had a handler that came to its end', 'H4 duplicateEffects', {
    lawful: endedBy((forge, id) => {
      ranOk(forge, id);
      return { kept: { in_file: true } };
    }),
    forged: endedBy((forge, id) => {
      forge.start(id);
      return { kept: { in_file: true } };
    }),
    text: /no handler of attempt 1 came to its end/,
  });
  flags('a result is of a handler run of its job', 'H4 duplicateEffects', {
    lawful: success,
    forged: endedBy((forge, id) => {
      ranOk(forge, id);
      return { runId: 'nobody' };
    }),
    text: /which no handler run of it was/,
  });
  flags('a result is of a handler that ended well', 'H4 duplicateEffects', {
    lawful: success,
    forged: endedBy((forge, id) => {
      const runId = forge.start(id, 'fail');
      forge.sink('end', id, runId, 'fail');
      return { runId };
    }),
    text: /which ended as fail/,
  });
  flags('a result is recorded once', ['H4 duplicateEffects', 'H8 staleWrites'], {
    lawful: (forge) => {
      const id = forge.submit();
      forge.succeed(id);
      forge.replay(id);
      forge.succeed(id);
    },
    forged: (forge) => {
      const id = forge.submit();
      const runId = forge.succeed(id);
      forge.replay(id);
      forge.claim(id);
      ranOk(forge, id);
      forge.finish(id, 'succeeded', { runId });
    },
    text: /runs 1 and 2 both have the result of/,
  });
  const withArtifacts = (...rows: Record<string, unknown>[]) =>
    endedBy((forge, id) => {
      for (const row of rows) forge.artifact(id, row);
      return { runId: ranOk(forge, id) };
    });
  flags('artifacts of a run are of one attempt', ['H4 duplicateEffects', 'H8 staleWrites'], {
    lawful: withArtifacts({ run: 1, epoch: 1 }, { run: 1, epoch: 1, name: 'b.txt' }),
    forged: withArtifacts({ run: 1, epoch: 1 }, { run: 1, epoch: 0, name: 'b.txt' }),
    text: /run 1 has artifacts of the epochs 1, 0/,
  });
  flags('an artifact is recorded once', 'H4 duplicateEffects', {
    lawful: withArtifacts({ run: 1, epoch: 1 }),
    forged: withArtifacts({ run: 1, epoch: 1 }, { run: 1, epoch: 1 }),
    text: /artifact 1\/a.txt was recorded 2 times/,
  });
  flags('an end has its start', 'H4 duplicateEffects', {
    lawful: success,
    forged: (forge) => {
      success(forge);
      forge.history.sink.push({ ...forge.history.sink[1]!, runId: 'other' });
    },
    text: /handler run other on worker-1 wrote "end" after "nothing"/,
  });
  flags('a handler run starts once', 'H4 duplicateEffects', {
    lawful: success,
    forged: (forge) => {
      success(forge);
      forge.history.sink.push(forge.history.sink[0]!);
    },
    text: /wrote "start" after "end"/,
  });
});
