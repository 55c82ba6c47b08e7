import type { Killer } from '../mutant.js';

/** Each distinct one is run once on the code as it is, so there are few. */
export const MODEL: Killer = { tool: 'model', tries: [['--sequences', '20000', '--seed', '1', '--json']] };

/** One seed is one history: in some of the first all kinds of weather have come, and rare meetings need many. */
export const SIMULATION: Killer = { tool: 'simulation', tries: [seeds(1, 12), seeds(13, 36), seeds(49, 100)] };

/** Real processes on real servers, with one fault or one group of them, so that few rounds will do. */
export const chaos = (only: string, rounds = 2): Killer => ({
  tool: 'chaos',
  tries: [['--rounds', String(rounds), '--jobs', '200', '--seed', '7', '--only', only, '--json']],
});

export const scenario = (name: string): Killer => ({
  tool: 'chaos',
  tries: [['--scenario', name, '--short', '--seed', '7', '--json']],
});

function seeds(from: number, count: number): string[] {
  return ['--from', String(from), '--seeds', String(count), '--json'];
}
