import { Temporal } from 'temporal-polyfill';
import type { LocalMs } from '../slots/local-time.js';
import { placeLocalTime } from '../slots/place-local-time.js';
import { quote, refuse } from './refuse.js';

export interface Moment {
  /** Unix ms. */
  atMs: number;
  /** What was asked for, if it was given without an offset. */
  localMs?: LocalMs;
}

const FORM = /^((?:19[7-9]\d|2\d{3})-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::[0-5]\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/i;

/**
 * A moment as users write it: with an offset or Z an instant, without one local in the zone, a plain date its midnight
 * there. A local time that does not exist or comes twice is placed by the rule for schedules.
 */
export function readMoment(given: unknown, zone: string, name: string, path: string): Moment {
  const [, date, time = '00:00', offset] = (typeof given === 'string' && FORM.exec(given)) || [];
  const examples =
    'such as 2027-01-31T09:00:00 (local in the zone), 2027-01-31T09:00:00+01:00, 2027-01-31T08:00:00Z or 2027-01-31';
  if (date === undefined) {
    refuse(
      'schedule.when-invalid',
      path,
      `${name}: ${quote(given)} is not a time. Give one ${examples}, of the years 1970 to 2999.`,
    );
  }
  try {
    const plain = Temporal.PlainDateTime.from(`${date}T${time}`, { overflow: 'reject' });
    const localMs = plain.toZonedDateTime('UTC').epochMilliseconds;
    if (offset === undefined) return { atMs: placeLocalTime(zone, localMs).instantMs, localMs };
    return { atMs: Temporal.Instant.from(`${date}T${time}${offset}`).epochMilliseconds };
  } catch {
    return refuse(
      'schedule.when-invalid',
      path,
      `${name}: ${quote(given)} is not in the calendar. Give a time ${examples}.`,
    );
  }
}
