import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, isAlive, linesOf, startHarness, until } from './runner-harness.spec.fixture.js';

describe('tiny jobs share a child and nothing runs twice', () => {
  let harness: Harness;
  let sink: string;
  beforeEach(async () => {
    harness = await startHarness();
    sink = join(harness.dir, 'sink');
  });
  afterEach(() => harness.close());

  const range = (count: number) => Array.from({ length: count }, (_, n) => n);
  const kinds = (kind: string) =>
    [...harness.outcomes].filter(([, outcome]) => outcome.kind === kind).map(([key]) => key);

  it('1,000 run in order, exactly once, in one child', async () => {
    for (const pack of [0, 400, 450]) {
      const size = pack === 0 ? 400 : pack === 400 ? 50 : 550;
      harness.runner.run(range(size).map((n) => harness.attempt(`${pack + n}`, 'tiny.count', { sink, n: pack + n })));
    }
    await harness.runner.drain();
    expect(linesOf(sink)).toEqual(range(1_000).map(String));
    expect([...harness.outcomes.keys()]).toEqual(range(1_000).map(String));
    expect(kinds('succeeded')).toHaveLength(1_000);
    expect(harness.outcomes.get('999')).toMatchObject({ result: '999' });
    expect(harness.children.filter(({ use }) => use === 'tiny.count')).toHaveLength(1);
  });

  it('one that spins: those before it are kept, those behind it run once in a new child, it alone has timed out', async () => {
    harness.runner.run(
      range(600).map((n) =>
        harness.attempt(`${n}`, 'tiny.count', { sink, n, spinning: n === 137 }, { softMs: 400, hardMs: 500 }),
      ),
    );
    await harness.runner.drain();
    expect(kinds('timed-out')).toEqual(['137']);
    expect(kinds('succeeded')).toHaveLength(599);
    expect(linesOf(sink)).toEqual(range(600).map(String));
    expect(harness.children.filter(({ use }) => use === 'tiny.count')).toHaveLength(2);
  });

  it('one that ends the process: finished ones keep their results, also large ones, and only it has crashed', async () => {
    harness.runner.run(
      range(100).map((n) => harness.attempt(`${n}`, 'tiny.exit', { sink, n, exit: n === 42 || n === 43 || n === 99 })),
    );
    await harness.runner.drain();
    expect(kinds('crashed')).toEqual(['42', '43', '99']);
    expect(harness.outcomes.get('42')).toMatchObject({ detail: 'exit code 5' });
    expect(kinds('succeeded')).toHaveLength(97);
    expect(harness.outcomes.get('40')).toMatchObject({ result: JSON.stringify('y'.repeat(100_000)) });
    expect(linesOf(sink)).toEqual(range(100).map(String));
  });

  it('a child that is killed from outside costs the running job only', async () => {
    harness.runner.run(range(20).map((n) => harness.attempt(`${n}`, 'tiny.wait', { sink, n, ms: 40 })));
    await until(() => linesOf(sink).length >= 4, 'a few starts');
    process.kill(harness.children.find(({ use }) => use === 'tiny.wait')!.pid, 'SIGKILL');
    await harness.runner.drain();
    expect(kinds('crashed')).toHaveLength(1);
    expect(kinds('succeeded')).toHaveLength(19);
    expect(linesOf(sink).map((line) => Number.parseInt(line, 10))).toEqual(range(20));
  });

  it('the hard limit counts from the start of the job, not of its pack', async () => {
    harness.runner.run(
      range(12).map((n) => harness.attempt(`${n}`, 'tiny.wait', { sink, n, ms: 100 }, { softMs: 700, hardMs: 800 })),
    );
    await harness.runner.drain();
    expect(kinds('succeeded')).toHaveLength(12);
  });

  it('release takes back what has not started, and refuses what has', async () => {
    harness.runner.run(range(400).map((n) => harness.attempt(`${n}`, 'tiny.wait', { sink, n, ms: n === 0 ? 400 : 1 })));
    await until(() => linesOf(sink).length === 1, 'the first start');
    const answers = await Promise.all(['0', '3', '399', 'unknown'].map((key) => harness.runner.release(key)));
    expect(answers).toEqual([false, true, true, false]);
    await harness.runner.drain();
    expect(harness.outcomes.size).toBe(398);
    expect(linesOf(sink)).toHaveLength(398);
    expect(linesOf(sink).some((line) => line.startsWith('3 '))).toBe(false);
  });

  it('cancel ends one that waits without a run and aborts one that runs, and leaves its neighbours alone', async () => {
    harness.runner.run(range(5).map((n) => harness.attempt(`${n}`, 'tiny.wait', { sink, n, ms: n === 0 ? 8_000 : 1 })));
    await until(() => linesOf(sink).length === 1, 'the first start');
    harness.runner.cancel('2', 5_000);
    harness.runner.cancel('0', 5_000);
    await harness.runner.drain();
    expect(kinds('aborted').sort()).toEqual(['0', '2']);
    expect(kinds('succeeded')).toEqual(['1', '3', '4']);
    expect(linesOf(sink).map((line) => Number.parseInt(line, 10))).toEqual([0, 1, 3, 4]);
  });

  it('a cancelled one that spins is killed after its grace, and those behind it run', async () => {
    harness.runner.run(range(3).map((n) => harness.attempt(`${n}`, 'tiny.count', { sink, n, spinning: n === 0 })));
    await until(() => linesOf(sink).length === 1, 'the first start');
    harness.runner.cancel('0', 100);
    await harness.runner.drain();
    expect(kinds('aborted')).toEqual(['0']);
    expect(linesOf(sink)).toEqual(['0', '1', '2']);
  });

  it('a cancelled one that spins unseen behind others of its turn is found: they keep their results, those behind it run', async () => {
    // The child tells of 0 to 4 when their turn ends, which the spinning one never lets happen.
    const limits = { softMs: 600_000, hardMs: 700_000 };
    harness.runner.run(
      range(8).map((n) => harness.attempt(`${n}`, 'tiny.count', { sink, n, spinning: n === 5 }, limits)),
    );
    await until(() => linesOf(sink).length === 6, 'the start of the spinning one');
    harness.runner.cancel('5', 200);
    await harness.runner.drain();
    expect(kinds('aborted')).toEqual(['5']);
    expect(kinds('succeeded')).toEqual(['0', '1', '2', '3', '4', '6', '7']);
    expect(linesOf(sink)).toEqual(range(8).map(String));
  });

  it('one that is cancelled before it starts, and starts all the same, is found by the journal', async () => {
    // 0 blocks the child while 1 is cancelled: whether 1 is taken out or starts and spins, both end soon.
    const limits = { softMs: 600_000, hardMs: 700_000 };
    const payloads = [{ block: 300 }, { spinning: true }, {}];
    harness.runner.run(
      payloads.map((payload, n) => harness.attempt(`${n}`, 'tiny.count', { sink, n, ...payload }, limits)),
    );
    await until(() => linesOf(sink).length === 1, 'the start of the first');
    harness.runner.cancel('1', 200);
    await harness.runner.drain();
    expect(kinds('aborted')).toEqual(['1']);
    expect(kinds('succeeded')).toEqual(['0', '2']);
  });

  it('stop kills the child, aborts the running one and names those that never started', async () => {
    harness.runner.run(range(5).map((n) => harness.attempt(`${n}`, 'tiny.count', { sink, n, spinning: n === 1 })));
    await until(() => linesOf(sink).length === 2, 'the second start');
    const { unstarted } = await harness.runner.stop();
    expect(unstarted).toEqual(['2', '3', '4']);
    expect(kinds('succeeded')).toEqual(['0']);
    expect(kinds('aborted')).toEqual(['1']);
    for (const { pid } of harness.children) expect(isAlive(pid)).toBe(false);
  });

  it('scratch directories are made at use and removed after', async () => {
    await harness.once('tiny.wait', { sink, n: 1, ms: 1 });
    const path = linesOf(sink)[0]!.split(' ')[1]!;
    await until(() => !existsSync(path), 'the removal');
  });
});
