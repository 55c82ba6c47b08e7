import { CronExpressionParser } from 'cron-parser';
import { expect, it } from 'vitest';
import { parseWhen, slotsAfter } from './index.js';
import { Draws, drawField } from './testing/random-draws.fixture.js';

const DAY_MS = 86_400_000;
const DRAWN = 10_000;
const SLOTS = 2;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const STEADY = ['UTC', 'Asia/Kolkata', 'Asia/Tokyo', 'America/Bogota', 'Africa/Lagos', 'Asia/Kathmandu'];
/** Zones whose clocks do not change between these days of a year. */
const CHANGING = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
const CALM = { first: '05-01', last: '08-31' };

function drawCron(draws: Draws): string {
  const dayOfMonth = draws.chance() < 0.1 ? 'L' : drawField(draws, 1, 28, 0.6).text;
  const month = draws.chance() < 0.1 ? draws.pick(MONTHS) : drawField(draws, 1, 12, 0.7).text;
  const named = draws.chance();
  const weekday =
    named < 0.1
      ? draws.pick(WEEKDAYS)
      : named < 0.15
        ? `MON-${draws.pick(['WED', 'FRI'])}`
        : drawField(draws, 0, 6, 0.6).text;
  const rest = [drawField(draws, 0, 59, 0.3).text, drawField(draws, 0, 23, 0.4).text, dayOfMonth, month, weekday];
  return [...(draws.chance() < 0.25 ? [drawField(draws, 0, 59, 0.3).text] : []), ...rest].join(' ');
}

function drawCase(draws: Draws): { cron: string; zone: string; fromMs: number; untilMs: number } {
  const cron = drawCron(draws);
  const year = draws.whole(2020, 2040);
  if (draws.chance() < 0.7) {
    const fromMs = Date.UTC(year, 0, 1) + draws.whole(0, 366 * DAY_MS);
    return { cron, zone: draws.pick(STEADY), fromMs, untilMs: Number.POSITIVE_INFINITY };
  }
  const [first, last] = [CALM.first, CALM.last].map((day) => Date.parse(`${year}-${day}T00:00:00Z`)) as [
    number,
    number,
  ];
  return { cron, zone: draws.pick(CHANGING), fromMs: draws.whole(first, last), untilMs: last };
}

/** Undefined: it gives up after ten thousand looks, which rare expressions with long lists can need. */
function theirs(cron: string, zone: string, fromMs: number): number[] | undefined {
  const expression = CronExpressionParser.parse(cron, { tz: zone, currentDate: new Date(fromMs) });
  try {
    return Array.from({ length: SLOTS }, () => expression.next().getTime());
  } catch (error) {
    if (error instanceof Error && error.message.includes('loop limit')) return undefined;
    throw error;
  }
}

it(`${DRAWN} drawn expressions fire when another library says so, wherever no clock changes`, {
  timeout: 300_000,
}, () => {
  const draws = new Draws(20_261_121);
  const differ: unknown[] = [];
  let compared = 0;
  let unanswered = 0;
  for (let drawn = 0; drawn < DRAWN; drawn += 1) {
    const { cron, zone, fromMs, untilMs } = drawCase(draws);
    const when = parseWhen({ cron, zone }, { createdAt: fromMs });
    const upTo = (slots: number[]) => slots.filter((each) => each < untilMs);
    const ours = upTo(slotsAfter(when, fromMs, { limit: SLOTS }).map(({ slot }) => slot));
    const opinion = theirs(cron, zone, fromMs);
    const other = upTo(opinion ?? []);
    compared += other.length;
    unanswered += opinion ? 0 : 1;
    if (opinion && ours.join() !== other.join()) differ.push({ cron, zone, fromMs, ours, other });
  }
  expect(differ.slice(0, 5)).toEqual([]);
  expect(unanswered).toBeLessThan(DRAWN / 1_000);
  expect(compared).toBeGreaterThan(1.5 * DRAWN);
});
