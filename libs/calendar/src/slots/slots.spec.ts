import { describe, expect, it } from 'vitest';
import { parseWhen, slotsAfter, type WhenInput } from '../index.js';
import { HORIZON_MS, hasDates, localPattern } from './cron-pattern.js';

const BERLIN = 'Europe/Berlin';
const CREATED = Date.parse('2026-11-21T00:00:00Z');
const when = (input: WhenInput) => parseWhen(input, { createdAt: CREATED });
const utc = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

/** `count` slots at or after a moment, as UTC and with why they moved. */
function fires(input: WhenInput, from: string, count: number): string[] {
  const slots = slotsAfter(when(input), Date.parse(from) - 1, { limit: count });
  return slots.map(({ slot, shifted }) => `${utc(slot)}${shifted ? ` ${shifted.reason}` : ''}`);
}

describe('a local time that does not exist', () => {
  it('fires once, at the end of the gap, and says so', () => {
    const slots = slotsAfter(when({ cron: '30 2 * * *', zone: BERLIN }), Date.parse('2027-03-27T00:00Z'), { limit: 3 });
    expect(slots.map(({ slot, local, offset }) => [utc(slot), local, offset])).toEqual([
      ['2027-03-27T01:30:00Z', '2027-03-27T02:30:00', '+01:00'],
      ['2027-03-28T01:00:00Z', '2027-03-28T03:00:00', '+02:00'],
      ['2027-03-29T00:30:00Z', '2027-03-29T02:30:00', '+02:00'],
    ]);
    expect(slots.map(({ shifted }) => shifted)).toEqual([
      undefined,
      {
        reason: 'gap',
        asked: '2027-03-28T02:30:00',
        text: '02:30 does not exist on 2027-03-28 in Europe/Berlin; it fires at 03:00, the end of the gap.',
      },
      undefined,
    ]);
  });

  it('is one slot with the others of its gap, and with a time asked for at its end', () => {
    expect(fires({ cron: '*/20 2,3 * * *', zone: BERLIN }, '2027-03-28T00:00Z', 4)).toEqual([
      '2027-03-28T01:00:00Z gap',
      '2027-03-28T01:20:00Z',
      '2027-03-28T01:40:00Z',
      '2027-03-29T00:00:00Z',
    ]);
  });

  it('fires at the end of a gap of half an hour, of a whole day, and at midnight', () => {
    const lordHowe = { cron: '15 2 * * *', zone: 'Australia/Lord_Howe' };
    expect(fires(lordHowe, '2027-10-02T14:00Z', 1)).toEqual(['2027-10-02T15:30:00Z gap']);
    const samoa = parseWhen(
      { cron: '0 9 * * *', zone: 'Pacific/Apia' },
      { createdAt: Date.parse('2011-12-29T00:00Z') },
    );
    expect(slotsAfter(samoa, Date.parse('2011-12-29T12:00Z'), { limit: 3 }).map(({ local }) => local)).toEqual([
      ...['2011-12-29T09:00:00', '2011-12-31T00:00:00', '2011-12-31T09:00:00'],
    ]);
    const brazil = parseWhen(
      { cron: '@daily', zone: 'America/Sao_Paulo' },
      { createdAt: Date.parse('2018-11-01T00:00Z') },
    );
    expect(slotsAfter(brazil, Date.parse('2018-11-04T00:00Z'), { limit: 2 }).map(({ local }) => local)).toEqual([
      ...['2018-11-04T01:00:00', '2018-11-05T00:00:00'],
    ]);
  });

  it('fires that way for words and for one-off times too', () => {
    const gap = ['2027-03-28T01:00:00Z gap'];
    expect(fires({ daily: { at: '02:30' }, zone: BERLIN }, '2027-03-28T00:00Z', 1)).toEqual(gap);
    expect(fires({ weekly: { on: 'sun', at: '02:30' }, zone: BERLIN }, '2027-03-28T00:00Z', 1)).toEqual(gap);
    expect(fires({ monthly: { on: 28, at: '02:30' }, zone: BERLIN }, '2027-03-28T00:00Z', 1)).toEqual(gap);
    expect(fires({ at: '2027-03-28T02:30:00', zone: BERLIN }, '2027-03-28T00:00Z', 2)).toEqual(gap);
  });
});

describe('a local time that comes twice', () => {
  it('fires the first time only, and says so', () => {
    const slots = slotsAfter(when({ cron: '30 2 * * *', zone: BERLIN }), Date.parse('2027-10-30T12:00Z'), { limit: 2 });
    expect(slots.map(({ slot }) => utc(slot))).toEqual(['2027-10-31T00:30:00Z', '2027-11-01T01:30:00Z']);
    expect(slots[0]?.shifted?.text).toBe(
      '02:30 comes twice on 2027-10-31 in Europe/Berlin; it fires the first time only (+02:00).',
    );
  });

  it('does not fire the second time for whoever asks from between the two', () => {
    const between = '2027-10-31T00:45:00Z';
    expect(fires({ cron: '30 2 * * *', zone: BERLIN }, between, 1)).toEqual(['2027-11-01T01:30:00Z']);
    expect(fires({ cron: '*/10 2 31 * *', zone: BERLIN }, '2027-10-31T01:00:00Z', 1)).toEqual(['2027-12-31T01:00:00Z']);
  });

  it('fires once as every second hour too, which names its hours', () => {
    expect(fires({ cron: '0 */2 * * *', zone: BERLIN }, '2027-10-30T22:00Z', 3)).toEqual([
      ...['2027-10-30T22:00:00Z', '2027-10-31T00:00:00Z overlap', '2027-10-31T03:00:00Z'],
    ]);
  });
});

describe('an expression for every hour', () => {
  const quarters = (from: string, count: number) =>
    Array.from({ length: count }, (_, at) => utc(Date.parse(from) + at * 900_000));

  it.each(['*/15 * * * *', '0,15,30,45 0-23 * * *', '0 */15 */1 * * *'])(
    '%s fires each quarter of real time',
    (cron) => {
      for (const from of ['2027-03-27T22:00:00Z', '2027-10-30T22:00:00Z'])
        expect(fires({ cron, zone: BERLIN }, from, 24)).toEqual(quarters(from, 24));
      for (const from of ['2027-04-03T12:00:00Z', '2027-10-02T12:00:00Z'])
        expect(fires({ cron, zone: 'Australia/Lord_Howe' }, from, 24)).toEqual(quarters(from, 24));
    },
  );

  it('makes nothing up for hours that no clock has shown', () => {
    expect(fires({ cron: '30 * * * *', zone: BERLIN }, '2027-03-28T00:00Z', 3)).toEqual([
      ...['2027-03-28T00:30:00Z', '2027-03-28T01:30:00Z', '2027-03-28T02:30:00Z'],
    ]);
  });
});

describe('every', () => {
  it('knows no clocks: a day is 24 hours', () => {
    const daily: WhenInput = { every: 'P1D', anchor: '2027-03-27T02:30:00', zone: BERLIN };
    expect(fires(daily, '2027-03-27T00:00Z', 3)).toEqual([
      ...['2027-03-27T01:30:00Z', '2027-03-28T01:30:00Z', '2027-03-29T01:30:00Z'],
    ]);
  });

  it('is counted from its anchor, years later to the ms, and not before it', () => {
    const input: WhenInput = { every: 'PT7S', anchor: '2027-01-01T00:00:00.250Z' };
    const anchor = Date.parse('2027-01-01T00:00:00.250Z');
    const [far] = slotsAfter(when(input), Date.parse('2057-01-01T00:00Z'), { limit: 1 });
    expect(((far?.slot ?? 0) - anchor) % 7_000).toBe(0);
    expect(fires(input, '2026-12-01T00:00Z', 1)).toEqual(['2027-01-01T00:00:00.250Z']);
  });

  it('is counted from start, else from the creation', () => {
    expect(fires({ every: 'PT1H', start: '2027-01-01T00:10:00Z' }, '2026-12-01T00:00Z', 1)).toEqual([
      '2027-01-01T00:10:00Z',
    ]);
    expect(slotsAfter(when({ every: '5m' }), CREATED, { limit: 1 })[0]?.slot).toBe(CREATED + 300_000);
  });
});

describe('words', () => {
  it('take several times of day and days', () => {
    expect(fires({ daily: { at: ['17:30', '09:00:15'] } }, '2027-01-01T00:00Z', 3)).toEqual([
      ...['2027-01-01T09:00:15Z', '2027-01-01T17:30:00Z', '2027-01-02T09:00:15Z'],
    ]);
    expect(fires({ weekly: { on: ['mon', 'fri'], at: '09:00' } }, '2027-01-01T12:00Z', 2)).toEqual([
      ...['2027-01-04T09:00:00Z', '2027-01-08T09:00:00Z'],
    ]);
  });

  it('leave out days that a month lacks; the last one is once also where it is named', () => {
    expect(fires({ monthly: { on: [30, 'last'], at: '09:00' } }, '2027-01-30T00:00Z', 5)).toEqual([
      ...['2027-01-30T09:00:00Z', '2027-01-31T09:00:00Z', '2027-02-28T09:00:00Z'],
      ...['2027-03-30T09:00:00Z', '2027-03-31T09:00:00Z'],
    ]);
    expect(fires({ monthly: { on: 30, at: '09:00' } }, '2027-01-31T00:00Z', 1)).toEqual(['2027-03-30T09:00:00Z']);
    expect(fires({ monthly: { on: [30, 'last'], at: '09:00' } }, '2027-04-30T00:00Z', 2)[1]).toBe(
      '2027-05-30T09:00:00Z',
    );
  });
});

describe('what Croner adds to cron', () => {
  it.each([
    ['0 0 L * *', '2027-02-01', '2027-02-28'],
    ['0 0 * * FRI#2', '2027-02-01', '2027-02-12'],
    ['0 0 * * 5L', '2027-02-01', '2027-02-26'],
    ['0 0 15W * *', '2027-05-01', '2027-05-14'],
    ['0 0 13 * +FRI', '2027-01-01', '2027-08-13'],
    ['0 0 ? * 7', '2027-01-01', '2027-01-03'],
  ])('%s after %s is %s', (cron, from, day) => {
    expect(fires({ cron }, from, 1)).toEqual([`${day}T00:00:00Z`]);
  });
});

describe('bounds', () => {
  it('start is the first instant, end is none any more', () => {
    const input: WhenInput = { cron: '0 * * * *', start: '2027-01-01T01:00:00Z', end: '2027-01-01T03:00:00Z' };
    expect(fires(input, '2026-12-01T00:00Z', 9)).toEqual(['2027-01-01T01:00:00Z', '2027-01-01T02:00:00Z']);
  });

  it('a plain date is midnight in the zone', () => {
    expect(fires({ cron: '0 * * * *', start: '2027-07-01', zone: BERLIN }, '2027-01-01T00:00Z', 1)).toEqual([
      '2027-06-30T22:00:00Z',
    ]);
  });

  it('29 February fires after eight years without one, and on a Monday after 28', () => {
    const [far] = slotsAfter(when({ cron: '0 0 29 2 *' }), Date.parse('2096-03-01T00:00Z'), { limit: 1 });
    expect(utc(far?.slot ?? 0)).toBe('2104-02-29T00:00:00Z');
    expect(fires({ cron: '0 0 29 2 +MON' }, '2044-03-01T00:00Z', 1)).toEqual(['2072-02-29T00:00:00Z']);
    expect(fires({ cron: '0 * 29 2 +MON', zone: BERLIN }, '2044-03-01T00:00Z', 1)).toEqual(['2072-02-28T23:00:00Z']);
  });

  it('nothing is found beyond the horizon, and nothing after the year 2999', () => {
    const rare = localPattern('0 0 29 2 +MON');
    expect(rare.next(Date.UTC(2027, 0, 1))).toBeLessThan(Date.UTC(2027, 0, 1) + HORIZON_MS);
    expect(localPattern('0 0 30 2 *').next(0)).toBeUndefined();
    expect(['0 0 29 2 *', '0 0 29 2 +MON', '0 0 0 L 2 +TUE#5', '@daily'].filter(hasDates)).toHaveLength(4);
    expect(['0 0 30 2 *', '0 0 29 2 +MON#1', '* * * 31 * +MON#1'].filter(hasDates)).toEqual([]);
    expect(slotsAfter(when({ cron: '@yearly' }), Date.UTC(2998, 5, 1), { limit: 9 }).map(({ local }) => local)).toEqual(
      ['2999-01-01T00:00:00'],
    );
  });

  it('a list is never longer than ten thousand', () => {
    expect(slotsAfter(when({ every: '1s' }), CREATED, { limit: 1e9 })).toHaveLength(10_000);
  });
});
