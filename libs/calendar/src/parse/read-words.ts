import { readObject } from './read-object.js';
import { quote, refuse } from './refuse.js';

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** A time for each hour; whoever wants more has cron. */
const MOST_TIMES = 24;

/** `daily`, `weekly` and `monthly` as cron expressions of 6 fields: one for all hours of the same minute and second. */
export function readWords(kind: 'daily' | 'weekly' | 'monthly', given: unknown, path: string): string[] {
  const words = readObject(given, kind, path, kind === 'daily' ? ['at'] : ['on', 'at']);
  const days = kind === 'daily' ? '* * *' : kind === 'weekly' ? weekdays(words.on, path) : daysOfMonth(words.on, path);
  return clockFields(words.at, `${kind}.at`, `${path}/at`).map((clock) => `${clock} ${days}`);
}

function clockFields(given: unknown, name: string, path: string): string[] {
  const hours = new Map<string, Set<number>>();
  for (const { value, at } of listOf(given, name, path, MOST_TIMES)) {
    const [, hour, minute, second = '0'] =
      (typeof value === 'string' && /^(\d\d?):(\d\d)(?::(\d\d))?$/.exec(value)) || [];
    if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
      refuse(
        'schedule.when-invalid',
        at,
        `${name}: ${quote(value)} is not a time of day. Give 00:00 to 23:59, or 23:59:59.`,
      );
    }
    const rest = `${Number(second)} ${Number(minute)}`;
    hours.set(rest, (hours.get(rest) ?? new Set()).add(Number(hour)));
  }
  return [...hours].map(([rest, at]) => `${rest} ${[...at].join(',')}`);
}

function weekdays(given: unknown, path: string): string {
  const days = listOf(given, 'weekly.on', `${path}/on`, 7).map(({ value, at }) => {
    const day = typeof value === 'string' ? WEEKDAYS.indexOf(value.toLowerCase()) : -1;
    if (day < 0)
      refuse('schedule.when-invalid', at, `weekly.on: ${quote(value)} is no day. Give ${WEEKDAYS.join(', ')}.`);
    return day;
  });
  return `* * ${days.join(',')}`;
}

function daysOfMonth(given: unknown, path: string): string {
  const days = listOf(given, 'monthly.on', `${path}/on`, 32).map(({ value, at }) => {
    if (value === 'last') return 'L';
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 31) return value;
    return refuse(
      'schedule.when-invalid',
      at,
      `monthly.on: ${quote(value)} is no day of a month. Give 1 to 31, or "last".`,
    );
  });
  return `${days.join(',')} * *`;
}

/** One value or a list of them, each with its pointer. */
function listOf(given: unknown, name: string, path: string, most: number): { value: unknown; at: string }[] {
  if (!Array.isArray(given)) {
    if (given === undefined) refuse('schedule.when-invalid', path, `${name} is missing.`);
    return [{ value: given, at: path }];
  }
  if (given.length === 0 || given.length > most) {
    refuse('schedule.when-invalid', path, `${name} has ${given.length} values. Give 1 to ${most}.`);
  }
  return given.map((value, index) => ({ value, at: `${path}/${index}` }));
}
