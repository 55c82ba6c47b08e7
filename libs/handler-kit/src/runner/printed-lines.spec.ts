import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness, until } from './runner-harness.spec.fixture.js';

describe('what a process prints', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  it('of a heavy job is all told before its outcome, also a last line without its end', async () => {
    await harness.once('rogue.print');
    const told = harness.logs.filter(({ key }) => key?.startsWith('rogue.print'));
    const printed = told.filter(({ source }) => source === 'stdout').map(({ message }) => message.replace(/\.+$/, ''));
    expect(printed).toEqual([...Array.from({ length: 900 }, (_, i) => `${i}`), 'the end']);
    expect(told).toContainEqual({ key: told[0]!.key, level: 'warn', message: 'an error', source: 'stderr' });
  });

  it('in a shared child is told of the job that printed it, never of its neighbour', async () => {
    harness.runner.run(Array.from({ length: 50 }, (_, n) => harness.attempt(`${n}`, 'tiny.print', { n })));
    await Promise.all(Array.from({ length: 50 }, (_, n) => harness.outcome(`${n}`)));
    for (let n = 0; n < 50; n++) {
      expect(harness.logs.filter(({ key }) => key === `${n}`)).toEqual([
        { key: `${n}`, level: 'info', message: `printed by ${n}`, source: 'stdout' },
        { key: `${n}`, level: 'warn', message: `and ${n}`, source: 'stderr' },
        { key: `${n}`, level: 'warn', message: `cut off by ${n}`, source: 'stderr' },
      ]);
    }
  });

  it('in a shared child past process.stdout is nobody’s, and bounded', async () => {
    await harness.once('tiny.print', { n: 1, past: true });
    const strays = () => harness.logs.filter(({ message }) => message.startsWith('past'));
    await until(() => strays().length > 0, 'the lines');
    await harness.runner.drain();
    await harness.runner.stop(); // all that it printed has been read
    expect(strays()[0]).toEqual({ key: undefined, level: 'info', message: 'past process.stdout', source: 'stdout' });
    expect(strays().length).toBeLessThanOrEqual(2_000);
  });
});
