import type { TimesOfDay, When } from '../when.js';

/** In a few words: `weekly on mon, fri at 09:00 (Europe/Berlin)`. A cron expression stands as it was given. */
export function describeWhen(when: When): string {
  return `${describeRule(when)} (${when.zone})`;
}

function describeRule({ input }: When): string {
  if ('cron' in input) return `cron ${input.cron}`;
  if ('every' in input) return `every ${input.every} from ${input.anchor}`;
  if ('at' in input) return `once at ${input.at}`;
  if ('daily' in input) return `daily at ${list(input.daily.at)}`;
  if ('weekly' in input) return `weekly on ${list(input.weekly.on)} at ${list(input.weekly.at)}`;
  return `monthly on ${list(input.monthly.on)} at ${list(input.monthly.at)}`;
}

function list(values: TimesOfDay | number | (string | number)[]): string {
  return Array.isArray(values) ? values.join(', ') : String(values);
}
