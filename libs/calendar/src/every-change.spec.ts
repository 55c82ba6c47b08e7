import { describe, expect, it } from 'vitest';
import { parseWhen, slotsBetween } from './index.js';
import { type DrawnField, Draws, drawField } from './testing/random-draws.fixture.js';
import { ClockReader, type DrawnTimes, firesOnWalk, type Shown } from './testing/walk-clocks.fixture.js';

/** Ten years each: the coming ones where clocks still change, else the last in which they did. */
const ZONES: [zone: string, changes: number, firstYear: number][] = [
  ['Europe/Berlin', 20, 2025],
  ['America/New_York', 20, 2025],
  ['Europe/London', 20, 2025],
  ['Pacific/Chatham', 20, 2025],
  // Half an hour.
  ['Australia/Lord_Howe', 20, 2025],
  // Forward and back within a month or so, around Ramadan.
  ['Africa/Casablanca', 20, 2025],
  // At midnight.
  ['America/Sao_Paulo', 17, 2010],
  ['Asia/Tehran', 20, 2013],
  // Once by a whole day: 30 December 2011 did not exist.
  ['Pacific/Apia', 21, 2011],
];
const YEARS = 10;
const DRAWN_PER_CHANGE = 20;
const ANY: DrawnField = { text: '*', has: () => true };

/** Half of them near the time of the change, where something can go wrong. */
function drawTimes(draws: Draws, hourOfChange: number): DrawnTimes {
  const near = [hourOfChange - 1, hourOfChange, hourOfChange + 1].map((hour) => (hour + 24) % 24);
  const some = [...new Set([draws.pick(near), draws.pick(near)])];
  const hour: DrawnField =
    draws.chance() < 0.5
      ? { text: some.join(','), has: (value) => some.includes(value) }
      : drawField(draws, 0, 23, 0.4);
  return {
    minute: drawField(draws, 0, 59, 0.05),
    hour,
    weekday: draws.chance() < 0.8 ? ANY : drawField(draws, 0, 6, 0),
  };
}

function compare(zone: string, walk: Shown[], times: DrawnTimes) {
  const cron = `${times.minute.text} ${times.hour.text} * * ${times.weekday.text}`;
  const [first, last] = [walk[0]!.instantMs, walk.at(-1)!.instantMs];
  // The first minute of a walk cannot know what was passed over before it.
  const expected = firesOnWalk(walk, times).filter((each) => each > first);
  const { slots } = slotsBetween(parseWhen({ cron, zone }, { createdAt: first }), first, last, { limit: 5_000 });
  const ours = slots.map(({ slot }) => slot);
  return ours.join() === expected.join()
    ? undefined
    : { cron, zone, around: new Date((first + last) / 2).toISOString() };
}

describe('around every change of clocks', () => {
  it.each(ZONES)(
    'of %s, %i and more of them, expressions fire as the rule says, minute by minute',
    { timeout: 120_000 },
    (zone, least, firstYear) => {
      const reader = new ClockReader(zone);
      const draws = new Draws(zone.length);
      const changes = reader.changesBetween(Date.UTC(firstYear, 0, 1), Date.UTC(firstYear + YEARS, 0, 1));
      expect(changes.length).toBeGreaterThanOrEqual(least);
      const differ = changes.flatMap((change) => {
        const walk = reader.walkAround(change);
        const hour = new Date(reader.minuteAt(change - 60_000) * 60_000).getUTCHours();
        return Array.from({ length: DRAWN_PER_CHANGE }, () => compare(zone, walk, drawTimes(draws, hour))).filter(
          Boolean,
        );
      });
      expect(differ.slice(0, 5)).toEqual([]);
    },
  );
});
