import type { Breaks } from '../mutant.js';

/** What has no mutant, and why. */
export const LEFT_OUT: Partial<Record<Breaks, string>> = {
  P5: 'There are no periodic schedules yet.',
  P7: 'What one tenant sees of another is no matter of faults or of order: the tests of each route ask for every foreign id.',
  P8: 'A weak secret is refused before anything runs, which the tests of the configuration hold; none of these tools gets that far.',
};
