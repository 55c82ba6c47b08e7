import { describe } from 'vitest';
import { flags } from './flags.fixture.js';
import type { Forge } from './forge-history.fixture.js';

/** The last submission, as a client saw it that got no id. */
const untold = (forge: Forge, outcome: 'unknown' | 'fail') => {
  const { jobId: _, ...rest } = forge.lastOperation;
  forge.history.operations.splice(-1, 1, { ...rest, outcome, code: 'some.code' });
};
const untoldJob = (forge: Forge, key: string, outcome: 'unknown' | 'fail') => {
  const id = forge.submit(key);
  untold(forge, outcome);
  forge.succeed(id);
  return id;
};

describe('H1: what was accepted exists once, what was refused does not', () => {
  flags('an accepted job that is nowhere is lost', 'H1 lost', {
    lawful: (forge) => forge.succeed(forge.submit()),
    forged: (forge) => {
      forge.succeed(forge.submit());
      const id = forge.submit();
      forge.forget(id);
    },
    text: /accepted with key key-\d+ .*no such job/,
  });
  flags('an accepted job may be purged, not vanish', ['H1 lost', 'H2 lost'], {
    lawful: (forge) => {
      const id = forge.submit();
      forge.succeed(id);
      forge.note('job_history', 'delete', { jobId: id, before: forge.history.final.history[0]! });
      Object.assign(forge.history.final, { history: [], events: [] });
    },
    forged: (forge) => {
      forge.succeed(forge.submit());
      Object.assign(forge.history.final, { history: [], events: [] });
    },
  });
  flags('a 2xx has an id', 'H1 lost', {
    lawful: (forge) => forge.succeed(forge.submit()),
    forged: (forge) => {
      forge.succeed(forge.submit());
      forge.operation({ key: 'other', status: 202 });
    },
    text: /key other was answered 202 without an id/,
  });
  flags('a key has one answer', 'H1 duplicateEffects', {
    lawful: (forge) => {
      const id = forge.submit('k');
      forge.succeed(id);
      forge.operation({ key: 'k', jobId: id });
    },
    forged: (forge) => {
      forge.succeed(forge.submit('k'));
      const other = forge.submit('other');
      forge.succeed(other);
      forge.operation({ key: 'k', jobId: other });
    },
    text: /key k was answered with 2 jobs/,
  });
  flags('a key makes one job, whatever its client was told', 'H1 duplicateEffects', {
    lawful: (forge) => untoldJob(forge, 'u', 'unknown'),
    forged: (forge) => {
      untoldJob(forge, 'u', 'unknown');
      untoldJob(forge, 'u', 'unknown');
      forge.history.final.keys.pop();
    },
    text: /key u made 2 jobs/,
  });
  flags('what was only ever refused made nothing', 'H1 duplicateEffects', {
    lawful: (forge) => {
      forge.operation({ outcome: 'fail', key: 'r', status: 429 });
      untoldJob(forge, 'r', 'unknown');
    },
    forged: (forge) => {
      forge.operation({ outcome: 'fail', key: 'r', status: 429 });
      untoldJob(forge, 'r', 'fail');
    },
    text: /key r was only ever refused \(429, some.code\)/,
  });
  flags('a refusal holds, though a later call of the key is accepted', 'H1 duplicateEffects', {
    lawful: (forge) => {
      forge.operation({ outcome: 'fail', key: 'later', status: 503, code: 'submit.not-accepted' });
      forge.succeed(forge.submit('later'));
    },
    forged: (forge) => {
      const id = forge.submit('sooner');
      Object.assign(forge.lastOperation, { outcome: 'fail', status: 503, code: 'submit.not-accepted' });
      forge.succeed(id);
      forge.operation({ key: 'sooner', jobId: id, status: 202 });
    },
    text: /made at \d+, when key sooner had only been refused \(submit.not-accepted\)/,
  });
  flags('what was only ever refused has no key either', 'H1 duplicateEffects', {
    lawful: (forge) => {
      forge.succeed(forge.submit());
      forge.operation({ outcome: 'fail', key: 'r', status: 429 });
    },
    forged: (forge) => {
      const id = forge.submit();
      forge.succeed(id);
      forge.operation({ outcome: 'fail', key: 'r', status: 429 });
      forge.history.final.keys.push({ tenant_id: 'acme', key: 'r', job_id: id });
    },
  });
  flags('a key stands for the job that its client was told', 'H1 duplicateEffects', {
    lawful: (forge) => forge.succeed(forge.submit('k')),
    forged: (forge) => {
      forge.succeed(forge.submit('k'));
      const other = forge.submit('other');
      forge.succeed(other);
      forge.history.final.keys[0]!.job_id = other;
    },
    text: /key k was answered with job-1, and stands for job-\d/,
  });
  flags('a key stands for a job that exists', 'H1 lost', {
    lawful: (forge) => {
      forge.succeed(forge.submit());
      forge.operation({ outcome: 'unknown', key: 'u' });
    },
    forged: (forge) => {
      forge.succeed(forge.submit());
      forge.operation({ outcome: 'unknown', key: 'u' });
      forge.history.final.keys.push({ tenant_id: 'acme', key: 'u', job_id: 'gone' });
    },
  });
  flags('an accepted replay is a run', 'H1 lost', {
    lawful: (forge) => {
      const id = forge.submit();
      forge.succeed(id);
      forge.replay(id);
      forge.succeed(id);
    },
    forged: (forge) => {
      const id = forge.submit();
      forge.succeed(id);
      forge.operation({ op: 'replay', jobId: id });
    },
    text: /1 replays were accepted, and its last run is 1/,
  });
});
