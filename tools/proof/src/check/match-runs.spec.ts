import { describe, expect, it } from 'vitest';
import { Forge } from './forge-history.fixture.js';
import { readStories } from './read-stories.js';

const epochsOf = (forge: Forge, id: string) => {
  forge.verdict();
  return readStories(forge.history)
    .get(id)!
    .runs.map((run) => [run.claim?.epoch, run.certain]);
};

describe('a handler run belongs to a claim', () => {
  it('by what it told under its own id, though an aborted attempt had the same number on the same worker', () => {
    const forge = new Forge();
    const id = forge.submit();
    forge.claim(id);
    forge.retry(id, 'aborted');
    forge.succeed(id);
    expect(epochsOf(forge, id)).toEqual([[2, true]]);
  });
  it('by attempt and worker where it told nothing', () => {
    const forge = new Forge();
    const id = forge.submit();
    forge.claim(id);
    forge.start(id, 'hang', true);
    forge.fault('kill', 'worker-1');
    forge.rescue(id);
    forge.succeed(id, 'worker-2');
    expect(epochsOf(forge, id)).toEqual([
      [1, true],
      [2, true],
    ]);
  });
  it('by the time where that leaves two, and then it is not certain', () => {
    const forge = new Forge();
    const id = forge.submit();
    forge.claim(id);
    forge.retry(id, 'aborted');
    forge.advance(5_000);
    forge.claim(id);
    forge.start(id, 'hang', true);
    expect(epochsOf(forge, id)).toEqual([[2, false]]);
  });
  it('to none where all claims have theirs', () => {
    const forge = new Forge();
    const id = forge.submit();
    forge.claim(id);
    forge.start(id);
    forge.sink('start', id, 'second', 'ok');
    expect(epochsOf(forge, id)).toEqual([
      [1, true],
      [undefined, false],
    ]);
  });
  it('by the machine’s name where the worker’s has a process id in it', () => {
    const forge = new Forge();
    const id = forge.submit();
    forge.claim(id, 'worker-1-4711', { machine: 'worker-1' });
    forge.sink('start', id, 'own', 'hang', { worker: 'worker-1' });
    expect(epochsOf(forge, id)).toEqual([[1, true]]);
  });
});
