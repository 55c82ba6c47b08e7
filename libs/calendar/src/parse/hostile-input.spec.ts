import { isFault } from '@windlass/faults';
import { expect, it } from 'vitest';
import { parseWhen, slotsAfter } from '../index.js';
import { Draws } from '../testing/random-draws.fixture.js';

const CREATED = Date.parse('2027-03-27T23:00:00Z');
const DRAWN = 3_000;
const ALPHABET = [...'0123456789*/-,?LW#+@ JANMONFRI\u0000\ud800é٣'];
const SEEDS = [
  '*/15 2-4,7 * * *',
  '0 30 2 L JAN-MAR MON#2',
  '59 23 29 2 *',
  '@monthly',
  '0 0 15W * FRI',
  '5,10 1-3/2 1,15 */2 0-6',
];
const ODD: unknown[] = [
  null,
  true,
  -0,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '',
  '\u0000',
  '1'.repeat(10_000),
  [],
  [[]],
  {},
  { toString: 1 },
];

/** A fault, or undefined if it was accepted. Anything else thrown is what this test looks for. */
function refusal(input: unknown): { detail: string } | undefined {
  try {
    const when = parseWhen(input, { createdAt: CREATED });
    const slots = slotsAfter(when, CREATED - 1, { limit: 5 }).map(({ slot }) => slot);
    expect(slots.length).toBeGreaterThan(0);
    expect(slots).toEqual([...new Set(slots)].sort((one, other) => one - other));
    return undefined;
  } catch (error) {
    if (isFault(error) && error.kind === 'invalid') return error;
    throw error;
  }
}

function mutate(draws: Draws, text: string): string {
  const characters = [...text];
  for (let times = draws.whole(1, 3); times > 0; times -= 1) {
    characters.splice(draws.whole(0, characters.length), draws.whole(0, 1), draws.pick(ALPHABET));
  }
  return characters.join('');
}

it(`${DRAWN} mutated expressions are refused by a fault or fire in order, and what is quoted stands where it is said to`, () => {
  const draws = new Draws(7);
  let [accepted, placed] = [0, 0];
  for (let drawn = 0; drawn < DRAWN; drawn += 1) {
    const cron = mutate(draws, draws.pick(SEEDS));
    const fault = refusal({ cron, zone: 'Europe/Berlin' });
    const [, position, quoted] = /position (\d+): "(.*?)" is not/s.exec(fault?.detail ?? '') ?? [];
    if (fault === undefined) accepted += 1;
    if (position === undefined || quoted === undefined) continue;
    placed += 1;
    expect([cron, cron.slice(Number(position) - 1).startsWith(quoted)]).toEqual([cron, true]);
  }
  expect(accepted).toBeGreaterThan(DRAWN / 50);
  expect(placed).toBeGreaterThan(DRAWN / 4);
});

it('odd values in every field are refused by a fault, none by an error', () => {
  const fields = ['cron', 'every', 'at', 'daily', 'weekly', 'monthly'];
  for (const odd of ODD) {
    for (const field of fields)
      expect([field, odd, refusal({ [field]: odd }) !== undefined]).toEqual([field, odd, true]);
    for (const field of ['zone', 'start', 'end', 'jitter', 'anchor', 'x']) refusal({ every: 'PT1H', [field]: odd });
    for (const words of [{ at: odd }, { on: odd, at: '09:00' }, { on: [odd], at: [odd] }])
      for (const kind of ['daily', 'weekly', 'monthly']) refusal({ [kind]: words });
    refusal(odd);
  }
});
