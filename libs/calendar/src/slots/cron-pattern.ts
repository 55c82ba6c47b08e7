import { Cron, CronPattern } from 'croner';
import type { LocalMs } from './local-time.js';

/** A cron expression over local times without a zone. Croner reads it and steps through it; what zones do to it is ours. */
export interface LocalPattern {
  /** The first matching time after that one, undefined if there is none within the horizon. */
  next(after: LocalMs): LocalMs | undefined;
  /** All 24 hours match. */
  everyHour: boolean;
  /** Both the day of month and the day of week are given, and one of them is enough. */
  eitherDay: boolean;
  /** It names days of the month, none of which every month has. */
  lacksDays: boolean;
}

/** Croner's patterns hold a table of years, 80 KB each: they are kept for what is used often, and not by schedules. */
const MOST_KEPT = 128;
const kept = new Map<string, LocalPattern>();

/**
 * Rarest of all is 29 February on a given weekday: 28 years apart, 40 with a century between that has no leap day. What does not
 * fire within this time never does.
 */
export const HORIZON_MS = 50 * 366 * 86_400_000;

/**
 * Whether any date matches. These years are of each kind that there is: beginning on each weekday, with and without a leap day. Asked
 * for all years, Croner would take up to half a second to say no.
 * @throws what Croner throws if it cannot read the expression
 */
export function hasDates(cron: string): boolean {
  // Each nickname has dates.
  if (cron.startsWith('@')) return Boolean(new CronPattern(cron));
  const withSeconds = cron.split(' ').length === 5 ? `0 ${cron}` : cron;
  const stepper = new Cron(`${withSeconds} 2000-2027`, { mode: '7-part', utcOffset: 0, paused: true });
  return stepper.nextRun(new Date(Date.UTC(2000, 0, 1) - 1_000)) !== null;
}

/** @throws what Croner throws if it cannot read the expression */
export function localPattern(cron: string): LocalPattern {
  const known = kept.get(cron);
  const pattern = known ?? readPattern(cron);
  // The one used last is the last to go.
  kept.delete(cron);
  kept.set(cron, pattern);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  return pattern;
}

function readPattern(cron: string): LocalPattern {
  const options = { mode: '5-or-6-parts' } as const;
  const fields = new CronPattern(cron, undefined, options);
  // Offset 0 has neither gaps nor repetitions, and is plain arithmetic: ten times as fast as the zone UTC.
  const stepper = new Cron(cron, { ...options, utcOffset: 0, paused: true });
  return {
    everyHour: fields.hour.every(Boolean),
    eitherDay: !fields.starDOM && !fields.starDOW && !fields.useAndLogic,
    lacksDays: !fields.starDOM && fields.starDOW && !fields.lastDayOfMonth && !fields.day.slice(0, 28).some(Boolean),
    next: (after) => {
      const next = stepper.nextRun(new Date(after))?.getTime();
      return next === undefined || next - after > HORIZON_MS ? undefined : next;
    },
  };
}
