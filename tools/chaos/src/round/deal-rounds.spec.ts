import { describe, expect, it } from 'vitest';
import { FAULTS } from '../faults/index.js';
import { areApart, dealRounds } from './deal-rounds.js';

const ROUNDS = 1_000;
const SEEDS = [1, 7, 42, 2 ** 32 - 1];

function deal(seed: number, rounds: number, faults = FAULTS, impossible?: ReadonlySet<string>) {
  const dealing = dealRounds(seed, faults, impossible);
  return Array.from({ length: rounds }, () => dealing.next().value);
}
const named = (rounds: ReturnType<typeof deal>) => rounds.map((round) => round.map(({ name }) => name));

describe('the faults of the rounds', () => {
  it.each(SEEDS)('with seed %i are the same each time, however many rounds are asked for', (seed) => {
    expect(named(deal(seed, 20))).toEqual(named(deal(seed, 200)).slice(0, 20));
    expect(named(deal(seed, 20))).not.toEqual(named(deal(seed + 1, 20)));
  });

  it.each(SEEDS)('with seed %i come equally often, each of them in the first rounds', (seed) => {
    const rounds = named(deal(seed, FAULTS.length));
    expect(new Set(rounds.flat()).size).toBe(FAULTS.length);
    const often = new Map<string, number>();
    for (const name of named(deal(seed, ROUNDS)).flat()) often.set(name, (often.get(name) ?? 0) + 1);
    expect(Math.max(...often.values()) - Math.min(...often.values())).toBeLessThanOrEqual(2);
  });

  it.each(SEEDS)('with seed %i are two in about half of the rounds, never on the same server', (seed) => {
    const pairs = deal(seed, ROUNDS).filter((round) => round.length === 2);
    expect(pairs.length).toBeGreaterThan(0.45 * ROUNDS);
    expect(pairs.length).toBeLessThan(0.55 * ROUNDS);
    for (const [first, second] of pairs) expect(areApart(first!, second!)).toBe(true);
  });

  it('leave out what is impossible here, and are elsewhere as they are where it is possible', () => {
    const impossible = new Set(['clock-hour', 'postgres-crash']);
    const everywhere = named(deal(5, ROUNDS));
    const here = named(deal(5, ROUNDS, FAULTS, impossible));
    for (const [at, round] of everywhere.entries()) {
      const left = round.filter((name) => !impossible.has(name));
      if (left.length > 0) expect(here[at]).toEqual(left);
      else expect(here[at]).toHaveLength(1);
    }
    expect(here.flat().filter((name) => impossible.has(name))).toEqual([]);
    expect(() => deal(5, 1, FAULTS, new Set(FAULTS.map(({ name }) => name)))).toThrow('no fault');
  });

  it('are the only one there is, alone', () => {
    expect(named(deal(3, 10, FAULTS.slice(0, 1)))).toEqual(Array(10).fill([FAULTS[0]!.name]));
  });
});
