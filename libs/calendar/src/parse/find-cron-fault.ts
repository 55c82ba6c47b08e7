import { CronPattern } from 'croner';
import { nearestNames } from './nearest-names.js';
import { quote } from './refuse.js';

interface Field {
  name: string;
  min: number;
  max: number;
  names?: string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIELDS: Field[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 7, names: DAYS },
];
const NICKNAMES = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];

/**
 * Where an expression that Croner refused is wrong, and what to write instead. Croner stays the one judge: it is asked about
 * each field with asterisks in all others, then about each item of that field's list.
 */
export function findCronFault(cron: string): string {
  if (cron.trim() === '') return 'cron is empty. Give five fields, such as "30 2 * * *" for each day at 02:30.';
  if (cron.trim().startsWith('@')) return `cron: there is no ${quote(cron.trim())}. There are ${NICKNAMES.join(', ')}.`;
  const given = [...cron.matchAll(/\S+/g)].map((match) => ({ text: match[0], position: match.index + 1 }));
  if (given.length !== 5 && given.length !== 6) {
    const names = FIELDS.slice(1).map(({ name }) => name);
    return `cron: ${quote(cron)} has ${given.length} field${given.length === 1 ? '' : 's'}. Give 5 (${names.join(', ')}), or 6 with the second first.`;
  }
  const fields = FIELDS.slice(6 - given.length);
  for (const [index, { text, position }] of given.entries()) {
    const alone = (value: string) => isReadable(given.map((_, at) => (at === index ? value : '*')).join(' '));
    if (alone(text)) continue;
    const item = wrongItem(text, alone) ?? { text, offset: 0 };
    const where = `cron, field ${index + 1} (${fields[index]!.name}), position ${position + item.offset}`;
    return `${where}: ${quote(item.text)} is not understood. ${advice(item.text, fields[index]!, alone)}`;
  }
  return `cron: ${quote(cron)} is not understood as a whole. Give five fields, such as "30 2 * * *" for each day at 02:30.`;
}

function isReadable(cron: string): boolean {
  try {
    new CronPattern(cron, undefined, { mode: '5-or-6-parts' });
    return true;
  } catch {
    return false;
  }
}

function wrongItem(field: string, alone: (value: string) => boolean): { text: string; offset: number } | undefined {
  let offset = 0;
  for (const text of field.split(',')) {
    if (!alone(text)) return { text, offset };
    offset += text.length + 1;
  }
  return undefined;
}

function advice(item: string, field: Field, alone: (value: string) => boolean): string {
  const { min, max, names } = field;
  const usual = `Give ${min} to ${max}${names ? ` or ${names[0]} to ${names.at(-1)}` : ''}, *, a list (1,2), a range (1-5) or steps (*/2).`;
  if (/^\d+$/.test(item)) return `Give ${min} to ${max}.`;
  if (item === '') return `A comma has nothing beside it. ${usual}`;
  const [, from = '', to = ''] = /^(\w+)-(\w+)$/.exec(item) ?? [];
  // Sunday is 0 as well as 7, so a range over the end of a week begins again at 0.
  const last = names === DAYS ? 6 : max;
  if (alone(from) && alone(to))
    return `A range goes upwards: write ${from}-${names === DAYS ? 'SAT' : last},${names === DAYS ? 'SUN' : min}-${to}.`;
  const [, start, step = ''] = /^([^/]*)\/(.*)$/.exec(item) ?? [];
  if (start !== undefined && /^\d+$/.test(start))
    return `Steps begin with * or a range: write ${start}-${last}/${step}.`;
  if (start !== undefined && alone(start)) return `Steps are whole numbers from 1 to ${last - min + 1}.`;
  const meant = names && nearestNames(item, names, (name) => [name]);
  return meant?.length ? `Did you mean ${meant.join(' or ')}?` : usual;
}
