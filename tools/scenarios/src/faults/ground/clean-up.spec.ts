import { describe, expect, it } from 'vitest';
import { withCleanUp } from './clean-up.js';

describe('a clean-up', () => {
  it('undoes everything, the last thing first, also after a failure of the body and of a step', async () => {
    const undone: string[] = [];
    const told: string[] = [];
    const run = withCleanUp(
      (line) => told.push(line),
      async (cleanUp) => {
        cleanUp.add('mount', () => undone.push('mount'));
        cleanUp.add('server', () => Promise.reject(new Error('it hangs')));
        cleanUp.add('platform', () => undone.push('platform'));
        throw new Error('the scenario failed');
      },
    );
    await expect(run).rejects.toThrow('the scenario failed');
    expect(undone).toEqual(['platform', 'mount']);
    expect(told).toEqual(['not undone: server: Error: it hangs']);
  });

  it('undoes what is made while it undoes', async () => {
    const undone: string[] = [];
    await withCleanUp(
      () => {},
      async (cleanUp) => {
        cleanUp.add('first', () => {
          cleanUp.add('late', () => undone.push('late'));
          undone.push('first');
        });
      },
    );
    expect(undone).toEqual(['first', 'late']);
  });

  it('leaves no listener behind', async () => {
    const before = process.listenerCount('SIGINT');
    await withCleanUp(
      () => {},
      async () => expect(process.listenerCount('SIGINT')).toBe(before + 1),
    );
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
