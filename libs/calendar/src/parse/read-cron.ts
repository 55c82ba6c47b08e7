import { hasDates, localPattern } from '../slots/cron-pattern.js';
import { findCronFault } from './find-cron-fault.js';
import { quote, refuse } from './refuse.js';

/** Longer than any that a person would write; work on it grows with its length. */
const LONGEST = 256;

/** A cron expression that Croner can read and some date matches, with single spaces. */
export function readCron(given: unknown, path: string): string {
  if (typeof given !== 'string' || given.length > LONGEST) {
    refuse(
      'schedule.cron-invalid',
      path,
      `cron: ${quote(given)} is not an expression of at most ${LONGEST} characters. Give one such as "30 2 * * *".`,
    );
  }
  const cron = given.trim().replaceAll(/\s+/g, ' ');
  let matches: boolean;
  try {
    localPattern(cron);
    matches = hasDates(cron);
  } catch {
    return refuse('schedule.cron-invalid', path, findCronFault(given));
  }
  if (!matches) {
    refuse(
      'schedule.never-fires',
      path,
      `cron: ${quote(cron)} never fires: no month that it names has such a day. Correct the day of month or the month.`,
    );
  }
  return cron;
}
