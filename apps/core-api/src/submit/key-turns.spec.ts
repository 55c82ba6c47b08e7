import { waitFor } from '@windlass/testing';
import { describe, expect, it } from 'vitest';
import type { Accepted } from './flush-submissions.js';
import type { PreparedJob } from './hand-over.js';
import { KeyTurns } from './key-turns.js';

const jobOf = (id: string, fingerprint = 'f') =>
  ({ id, template: { tenantId: 'acme' }, key: { value: 'k', fingerprint } }) as unknown as PreparedJob;
const INSERTED: Accepted = { kind: 'inserted', state: 'queued' };
const REFUSED: Accepted = { kind: 'duplicate', holder: { id: 'other', state: 'running', type: 'echo' } };
const firstsAnswer = { kind: 'repeated', holder: { fingerprint: 'f', answer: { id: 'first', state: 'queued' } } };

/** `tries` are the writes under way, ended by the spec; `late` lets the time of all who wait run out. */
function openTurns() {
  const sleeping: (() => void)[] = [];
  const asked: number[] = [];
  const turns = new KeyTurns({
    sleep: (ms) => {
      asked.push(ms);
      return new Promise((resolve) => sleeping.push(resolve));
    },
  });
  const tries: { resolve(accepted: Accepted): void; reject(error: Error): void }[] = [];
  const take = (id: string, fingerprint?: string) =>
    turns.take(jobOf(id, fingerprint), () => new Promise((resolve, reject) => void tries.push({ resolve, reject })));
  const late = () => {
    for (const wake of sleeping.splice(0)) wake();
  };
  return { take, tries, late, asked };
}

describe('requests under one Idempotency-Key in one core', () => {
  it('one is written, all others share its stored answer, also with another fingerprint', async () => {
    const { take, tries } = openTurns();
    const first = take('first');
    const others = ['f', 'f', 'g'].map((fingerprint) => take('next', fingerprint));
    tries[0]?.resolve(INSERTED);
    expect(await first).toEqual(INSERTED);
    for (const other of others) expect(await other).toMatchObject(firstsAnswer);
    expect(tries).toHaveLength(1);
  });

  it('when one stored nothing the next tries itself, one at a time', async () => {
    const { take, tries } = openTurns();
    const [failed, refused, stored, last] = [take('failed'), take('refused'), take('first'), take('last')];
    tries[0]?.reject(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    await waitFor(() => tries.length === 2, { what: 'the second try' });
    tries[1]?.resolve(REFUSED);
    expect(await refused).toEqual(REFUSED);
    await waitFor(() => tries.length === 3, { what: 'the third try' });
    tries[2]?.resolve(INSERTED);
    expect(await stored).toEqual(INSERTED);
    expect(await last).toMatchObject(firstsAnswer);
    expect(tries).toHaveLength(3);
  });

  it('nobody waits longer than 500 ms, and no more than a thousand wait', async () => {
    const { take, tries, late, asked } = openTurns();
    const first = take('first');
    const others = Array.from({ length: 1_000 }, () => take('next'));
    expect(await take('surplus')).toEqual({ kind: 'busy', on: 'key' });
    expect(new Set(asked)).toEqual(new Set([500]));
    late();
    for (const other of others) expect(await other).toEqual({ kind: 'busy', on: 'key' });
    tries[0]?.resolve(INSERTED);
    await first;
    const again = take('again');
    tries[1]?.resolve(INSERTED);
    expect(await again).toEqual(INSERTED);
  });
});
