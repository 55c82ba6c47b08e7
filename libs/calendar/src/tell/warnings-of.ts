import { localPattern } from '../slots/cron-pattern.js';
import { slotsAfter } from '../slots/list-slots.js';
import type { When } from '../when.js';

/** What is allowed and may not be meant. */
export interface Warning {
  code: 'every-second' | 'either-day' | 'days-missing' | 'jitter-overtakes';
  text: string;
}

const TEXTS: Record<Warning['code'], string> = {
  'every-second':
    'It fires more than once a minute, and each time is a job. A longer interval, or a job that runs on, costs less.',
  'either-day':
    'Day of month and day of week are both given, so either is enough. Put + before the day of week to demand both.',
  'days-missing': 'Months without such a day are left out. "last" (L in cron) is the last day of every month.',
  'jitter-overtakes':
    'The jitter is longer than the time between two slots: jobs of a later slot may start before those of an earlier one.',
};

/** For a preview and for the answer to whoever made the schedule. `fromMs`: Unix ms from which its slots are looked at. */
export function warningsOf(when: When, fromMs: number): Warning[] {
  const patterns = when.rule.kind === 'local' ? when.rule.crons.map(localPattern) : [];
  const distance = shortestDistance(when, fromMs);
  const found: [Warning['code'], boolean][] = [
    ['every-second', distance < 60_000],
    ['either-day', patterns.some(({ eitherDay }) => eitherDay)],
    ['days-missing', patterns.some(({ lacksDays }) => lacksDays)],
    ['jitter-overtakes', when.jitterMs >= distance],
  ];
  return found.filter(([, is]) => is).map(([code]) => ({ code, text: TEXTS[code] }));
}

/** Between the next slots; the first ten show the pattern of all but odd expressions. */
function shortestDistance(when: When, fromMs: number): number {
  const slots = slotsAfter(when, fromMs, { limit: 10 });
  return Math.min(Number.POSITIVE_INFINITY, ...slots.slice(1).map((each, at) => each.slot - slots[at]!.slot));
}
