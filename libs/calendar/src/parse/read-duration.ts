import { Temporal } from 'temporal-polyfill';
import { quote, refuse } from './refuse.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** As everywhere else in the API, such as a job's delay. */
const SHORT_UNITS_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: HOUR_MS, d: DAY_MS };

/** ISO 8601 (`PT5M`, `P1DT12H`) or `5m`, in ms. `name` is the field, for messages. */
export function readDurationMs(
  given: unknown,
  name: string,
  path: string,
  bounds: { min: number; max: number },
): number {
  const ms = typeof given === 'string' && given.length <= 64 ? (shortMs(given) ?? isoMs(given, name, path)) : undefined;
  if (ms === undefined) {
    refuse(
      'schedule.when-invalid',
      path,
      `${name}: ${quote(given)} is not a duration. Give one such as PT5M, P1DT12H or 90s.`,
    );
  }
  if (!(ms >= bounds.min && ms <= bounds.max)) {
    const [min, max] = [bounds.min, bounds.max].map(showMs);
    refuse('schedule.when-invalid', path, `${name}: ${quote(given)} is out of bounds. Give ${min} to ${max}.`);
  }
  return ms;
}

function shortMs(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,15})(ms|s|m|h|d)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * SHORT_UNITS_MS[unit]!;
}

function isoMs(text: string, name: string, path: string): number | undefined {
  let duration: Temporal.Duration;
  try {
    duration = Temporal.Duration.from(text);
  } catch {
    return undefined;
  }
  if (duration.years !== 0 || duration.months !== 0) {
    const instead =
      'Give weeks to seconds (PT1M is a minute), or monthly, or cron: "0 9 1 * *" is each first of a month at 09:00';
    refuse(
      'schedule.when-invalid',
      path,
      `${name}: ${quote(text)} has months or years, which differ in length. ${instead}.`,
    );
  }
  const { weeks, days, hours, minutes, seconds, milliseconds } = duration;
  return (weeks * 7 + days) * DAY_MS + hours * HOUR_MS + minutes * 60_000 + seconds * 1_000 + milliseconds;
}

function showMs(ms: number): string {
  return ms % DAY_MS === 0 && ms > 0 ? `P${ms / DAY_MS}D` : `PT${ms / 1_000}S`;
}
