import { randomUUID } from 'node:crypto';
import { type AppendLogs, appendLogs } from '@windlass/contracts';
import { describe, expect, it } from 'vitest';
import type { HeldAttempt } from '../execute/held-attempts.js';
import { itemsOf, type LogLine, WaitingLines } from './waiting-lines.js';

const MIB = 1_048_576;
const ALL = { attempts: 500 };
const attempt = (more: Partial<HeldAttempt> = {}): HeldAttempt =>
  ({ jobId: randomUUID(), run: 1, epoch: 1, token: randomUUID(), state: 'running', ...more }) as HeldAttempt;
const line = (seq: number, message = 'text'): LogLine => ({
  ...{ seq, at: 1_700_000_000_000, level: 'info', source: 'stdout', message },
});
const fill = (waiting: WaitingLines, of: HeldAttempt, count: number, message?: string) => {
  for (let seq = 1; seq <= count; seq += 1) waiting.add(of, line(seq, message));
};
const encoded = (items: AppendLogs['items']) =>
  appendLogs.encode({ worker: 'w', incarnation: randomUUID(), items }).length;

describe('waiting log lines', () => {
  it('travel at most 500 in a message, with those of several attempts', () => {
    const waiting = new WaitingLines();
    const [one, other] = [attempt(), attempt()];
    fill(waiting, one, 300);
    fill(waiting, other, 300);
    const taken = waiting.take(ALL);
    expect(taken.map(({ lines }) => lines.length)).toEqual([300, 200]);
    waiting.settle(taken);
    expect(waiting.has(one)).toBe(false);
    expect(itemsOf(waiting.take(ALL))).toMatchObject([{ jobId: other.jobId, lines: { 0: { seq: 201 } } }]);
  });

  it.each(['"', '\u0001', 'ö', '€'])('fill a message to half a mebibyte at most, also of %o', (character) => {
    const waiting = new WaitingLines();
    fill(waiting, attempt(), 1_000, character.repeat(1_300));
    fill(waiting, attempt(), 1_000, character.repeat(1_300));
    while (waiting.size > 0) {
      const taken = waiting.take(ALL);
      expect(encoded(itemsOf(taken))).toBeLessThanOrEqual(MIB / 2);
      waiting.settle(taken);
    }
    expect(waiting.bytes).toBe(0);
  });

  it('of attempts that have ended go first, since their reports wait', () => {
    const waiting = new WaitingLines();
    const [running, ended] = [attempt(), attempt({ state: 'ended' })];
    fill(waiting, running, 500);
    fill(waiting, ended, 1);
    expect(waiting.take(ALL).map(({ attempt: of }) => of)).toEqual([ended, running]);
  });

  it('of two attempts of one job go in two messages, since answers name jobs', () => {
    const waiting = new WaitingLines();
    const jobId = randomUUID();
    fill(waiting, attempt({ jobId }), 1);
    fill(waiting, attempt({ jobId, epoch: 2 }), 1);
    expect(waiting.take(ALL)).toHaveLength(1);
  });

  it('that had no answer come again, before what came meanwhile', () => {
    const waiting = new WaitingLines();
    const one = attempt();
    fill(waiting, one, 2);
    const taken = waiting.take(ALL);
    waiting.add(one, line(3));
    expect(waiting.has(one)).toBe(true);
    waiting.putBack(taken);
    expect(itemsOf(waiting.take(ALL))[0]!.lines.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('stay below 16 MiB: the noisiest attempt loses its own, one line says how many, and others lose none', () => {
    const waiting = new WaitingLines();
    const noisy = attempt();
    const quiet = Array.from({ length: 4 }, () => attempt());
    for (const each of quiet) fill(waiting, each, 700, 'x'.repeat(4_000));
    for (let seq = 1; seq <= 5_000; seq += 1) {
      waiting.add(noisy, line(seq, 'y'.repeat(4_000)));
      expect(waiting.bytes).toBeLessThanOrEqual(16 * MIB);
    }
    const lines: LogLine[] = [];
    while (waiting.size > 0) {
      const taken = waiting.take(ALL);
      for (const { jobId, lines: more } of itemsOf(taken))
        if (jobId === noisy.jobId) lines.push(...more);
        else expect(more[0]!.message.startsWith('x')).toBe(true);
      waiting.settle(taken);
    }
    const notices = lines.filter(({ message }) => message.includes('were dropped here'));
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({ level: 'warn', source: 'handler' });
    const dropped = Number.parseInt(notices[0]!.message, 10);
    expect(dropped + lines.length - 1).toBe(5_000);
    expect(notices[0]!.seq).toBe(dropped);
    expect(lines.at(-1)!.seq).toBe(5_000);
    expect(waiting.bytes).toBe(0);
  });

  it('of a lost attempt are forgotten, also those under way', () => {
    const waiting = new WaitingLines();
    const one = attempt();
    fill(waiting, one, 600);
    const taken = waiting.take(ALL);
    waiting.drop(one);
    waiting.putBack(taken);
    expect([waiting.size, waiting.bytes]).toEqual([0, 0]);
  });
});
