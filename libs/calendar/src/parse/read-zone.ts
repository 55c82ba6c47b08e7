import { Temporal } from 'temporal-polyfill';
import { nearestNames } from './nearest-names.js';
import { quote, refuse } from './refuse.js';

const LONGEST_NAME = 64;
/** Intl lists zones by the names that ICU had first; it takes these as well, and they are what people look for. */
const NEW_NAMES = [
  ...['UTC', 'Europe/Kyiv', 'Asia/Kolkata', 'Asia/Kathmandu', 'Asia/Yangon', 'Asia/Ho_Chi_Minh', 'Atlantic/Faroe'],
  ...['America/Nuuk', 'America/Argentina/Buenos_Aires', 'America/Indiana/Indianapolis', 'Pacific/Kanton'],
];

/** An IANA name as Intl knows it, old and renamed ones too, in its proper case. */
export function readZone(given: unknown, path: string): string {
  if (typeof given !== 'string' || given.length > LONGEST_NAME) {
    refuse(
      'schedule.zone-unknown',
      path,
      `zone: ${quote(given)} is not a name of a time zone. Give one such as Europe/Berlin.`,
    );
  }
  try {
    // An offset is no zone, though newer versions of Intl take one.
    if (/^[A-Za-z]/.test(given)) return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(given).timeZoneId;
  } catch {
    // Told below.
  }
  return refuse('schedule.zone-unknown', path, `zone: there is no time zone ${quote(given)}. ${suggestion(given)}`);
}

function suggestion(given: string): string {
  const names = [...new Set([...NEW_NAMES, ...Intl.supportedValuesOf('timeZone')])];
  const nearest = nearestNames(given, names, (name) => [name, name.split('/').at(-1)!]);
  if (nearest.length > 0) return `Did you mean ${nearest.join(' or ')}?`;
  return 'Give an IANA name such as Europe/Berlin or America/New_York, or UTC.';
}
