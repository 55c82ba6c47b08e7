import { type Draw, drawFrom } from '@windlass/proof';
import type { Fault } from '../faults/fault.js';

/**
 * The faults of each round, one or in half of the rounds two, dealt from a deck that is shuffled anew when it is empty: over enough rounds
 * each has its turn. What a round gets follows from the seed, the faults in their order and how many rounds were before it, and not from
 * what this machine can inject: the impossible ones are left out after the deal.
 */
export function* dealRounds(
  seed: number,
  faults: readonly Fault[],
  impossible: ReadonlySet<string> = new Set(),
): Generator<Fault[], never, undefined> {
  const possible = faults.filter(({ name }) => !impossible.has(name));
  if (possible.length === 0) throw new RangeError('no fault to deal');
  const draw = drawFrom(seed).fork('deck');
  const deck: Fault[] = [];
  for (let round = 0; ; round += 1) {
    const dealt = dealRound(draw, deck, faults).filter(({ name }) => !impossible.has(name));
    // A chance of its own: the next rounds are dealt as if it had been possible.
    yield dealt.length > 0 ? dealt : [draw.fork(`instead ${round}`).pick(possible)];
  }
}

function dealRound(draw: Draw, deck: Fault[], faults: readonly Fault[]): Fault[] {
  if (deck.length === 0) deck.push(...shuffled(draw, faults));
  const first = deck.shift()!;
  const isSecond = draw.chance(0.5);
  const fits = (each: Fault) => areApart(first, each);
  if (!isSecond || !faults.some(fits)) return [first];
  if (!deck.some(fits)) deck.push(...shuffled(draw, faults));
  // Those before it that do not fit keep their places.
  return [first, ...deck.splice(deck.findIndex(fits), 1)];
}

const SERVERS: readonly string[] = ['postgres', 'broker', 's3', 'messages'];

/** Not the same, and not on the same server: the second would find it gone. */
export const areApart = (first: Fault, second: Fault): boolean =>
  first !== second && !second.groups.some((group) => SERVERS.includes(group) && first.groups.includes(group));

/** Fisher and Yates. */
function shuffled<T>(draw: Draw, of: readonly T[]): T[] {
  const all = [...of];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const at = draw.whole(0, last);
    [all[last], all[at]] = [all[at]!, all[last]!];
  }
  return all;
}
