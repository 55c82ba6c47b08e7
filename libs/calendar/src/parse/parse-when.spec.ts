import { isFault } from '@windlass/faults';
import { describe, expect, it } from 'vitest';
import { describeWhen, parseWhen, warningsOf } from '../index.js';

const CREATED = Date.parse('2026-11-21T00:00:00Z');
const parse = (input: unknown) => parseWhen(input, { createdAt: CREATED });

/** Code, pointer and text of the refusal. */
function refusal(input: unknown): { code: string; path: string | undefined; detail: string } {
  try {
    parse(input);
  } catch (error) {
    if (isFault(error)) return { code: error.code, path: error.fields?.[0]?.path, detail: error.detail };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a cron expression that cannot be read', () => {
  it.each([
    ['61 * * * *', 'field 1 (minute), position 1: "61"', 'Give 0 to 59.'],
    ['*  1,2,24 * * *', 'field 2 (hour), position 8: "24"', 'Give 0 to 23.'],
    ['60 * * * * *', 'field 1 (second), position 1: "60"', 'Give 0 to 59.'],
    ['0 22-3 * * *', 'position 3: "22-3"', 'write 22-23,0-3'],
    ['0 0 * * FRI-MON', 'field 5 (day of week), position 9: "FRI-MON"', 'write FRI-SAT,SUN-MON'],
    ['5/15 * * * *', 'position 1: "5/15"', 'write 5-59/15'],
    ['*/0 * * * *', 'position 1: "*/0"', 'from 1 to 60'],
    ['* * * FEN *', 'field 4 (month), position 7: "FEN"', 'Did you mean FEB?'],
    ['1,,2 * * * *', 'position 3: ""', 'A comma has nothing beside it'],
    ['* * 0 * *', 'field 3 (day of month), position 5: "0"', 'Give 1 to 31.'],
    ['* * * * 8', 'field 5 (day of week), position 9: "8"', 'Give 0 to 7.'],
    ['* * * *', 'has 4 fields', 'Give 5 (minute, hour, day of month, month, day of week), or 6'],
    ['* * * * * * 2030', 'has 7 fields', 'Give 5'],
    ['@dayly', 'there is no "@dayly"', '@daily'],
    ['@reboot', 'there is no "@reboot"', '@daily'],
    [' ', 'cron is empty', '30 2 * * *'],
    [5, 'is not an expression', '30 2 * * *'],
    ['* '.repeat(200), 'is not an expression of at most 256', ''],
  ])('%j is refused with field, position and what to write', (cron, where, instead) => {
    const { code, path, detail } = refusal({ cron });
    expect({ code, path }).toEqual({ code: 'schedule.cron-invalid', path: '/cron' });
    expect(detail).toContain(where);
    expect(detail).toContain(instead);
  });

  it.each(['write 22-23,0-3', 'write FRI-SAT,SUN-MON', 'write 5-59/15'].map((advice) => advice.replace('write ', '')))(
    'what is to be written instead, %s, is accepted',
    (field) => {
      const cron = /[A-Z]/.test(field)
        ? `0 0 * * ${field}`
        : field.includes('/')
          ? `${field} * * * *`
          : `0 ${field} * * *`;
      expect(parse({ cron }).rule).toEqual({ kind: 'local', crons: [cron] });
    },
  );
});

it.each(['@daily', '@hourly', '@weekly', '@monthly', '@yearly', '@annually', '@midnight'])('%s is accepted', (cron) => {
  expect(parse({ cron }).input).toEqual({ cron, zone: 'UTC' });
});

describe('what would never fire is refused', () => {
  it.each([
    [{ cron: '0 0 30 2 *' }, '/cron', 'no month that it names has such a day'],
    [{ cron: '0 0 31 4,6,9,11 *' }, '/cron', 'no month'],
    [{ at: '2026-11-20T23:59:59Z' }, '/at', 'is over at 2026-11-21T00:00:00.000Z'],
    [{ at: '2027-06-01', end: '2027-05-01' }, '/at', 'outside of start and end'],
    [{ cron: '0 0 1 1 *', end: '2026-12-01' }, '/cron', 'does not fire between'],
    [{ every: 'P7D', anchor: '2030-01-01', end: '2029-01-01' }, '/every', 'does not fire between'],
  ])('%j', (input, path, text) => {
    expect(refusal(input)).toEqual({ code: 'schedule.never-fires', path, detail: expect.stringContaining(text) });
  });
});

describe('a zone', () => {
  it.each([
    ['Europe/Berln', 'Did you mean Europe/Berlin?'],
    ['berlin', 'Did you mean Europe/Berlin?'],
    ['New York', 'Did you mean America/New_York?'],
    ['Europe/Kyv', 'Europe/Kyiv'],
    ['CEST', 'Give an IANA name'],
    ['+02:00', 'Give an IANA name'],
    ['', 'Give an IANA name'],
    [null, 'not a name of a time zone'],
    ['x'.repeat(1_000_000), 'not a name of a time zone'],
  ])('%j is refused with the nearest names', (zone, text) => {
    const { code, path, detail } = refusal({ cron: '@daily', zone });
    expect({ code, path }).toEqual({ code: 'schedule.zone-unknown', path: '/zone' });
    expect(detail).toContain(text);
    expect(detail.length).toBeLessThan(300);
  });

  it.each([
    ['europe/berlin', 'Europe/Berlin'],
    ['Europe/Kiev', 'Europe/Kiev'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['US/Pacific', 'US/Pacific'],
    ['etc/gmt+5', 'Etc/GMT+5'],
  ])('%s, old or renamed, is accepted as %s', (zone, name) => {
    expect(parse({ cron: '@daily', zone }).zone).toBe(name);
  });
});

describe('other fields are refused by name', () => {
  it.each<[unknown, string, string]>([
    [null, '', 'Give an object with cron'],
    [[], '', 'Give an object'],
    [{}, '', 'Give exactly one of cron, every, at, daily, weekly, monthly'],
    [{ cron: '@daily', every: 'PT1M' }, '', 'has cron and every'],
    [{ cron: '@daily', 'a/b': 1 }, '/a~1b', 'no field "a/b"'],
    [JSON.parse('{"cron":"@daily","__proto__":{}}'), '/__proto__', 'no field "__proto__"'],
    [Object.create({ cron: '@daily' }), '', 'says nothing'],
    [{ every: 'P1M' }, '/every', 'PT1M is a minute'],
    [{ every: 'P1Y' }, '/every', 'monthly'],
    [{ every: 'PT0S' }, '/every', 'Give PT1S to P3660D'],
    [{ every: '-PT5M' }, '/every', 'out of bounds'],
    [{ every: 'PT99999999999S' }, '/every', 'out of bounds'],
    [{ every: 'soon' }, '/every', 'Give one such as PT5M'],
    [{ every: 300 }, '/every', 'Give one such as PT5M'],
    [{ every: 'PT5M', anchor: 'noon' }, '/anchor', 'is not a time'],
    [{ cron: '@daily', anchor: '2027-01-01' }, '/anchor', 'belongs to every'],
    [{ at: '2027-02-30T09:00:00' }, '/at', 'is not in the calendar'],
    [{ at: '2027-01-01T25:00:00' }, '/at', 'is not in the calendar'],
    [{ at: '+010000-01-01T00:00:00Z' }, '/at', 'is not a time'],
    [{ at: 1_800_000_000 }, '/at', 'is not a time'],
    [{ cron: '@daily', start: '2027-02-01', end: '2027-02-01' }, '/end', 'is not after start'],
    [{ cron: '@daily', jitter: 'P2D' }, '/jitter', 'Give PT0S to P1D'],
    [{ cron: '@daily', jitter: -1 }, '/jitter', 'is not a duration'],
    [{ cron: '@daily', jitter: 1e21 }, '/jitter', 'is not a duration'],
    [{ daily: '09:00' }, '/daily', 'Give an object with at'],
    [{ daily: {} }, '/daily/at', 'missing'],
    [{ daily: { at: [] } }, '/daily/at', '0 values'],
    [{ daily: { at: ['09:00', '24:00'] } }, '/daily/at/1', 'is not a time of day'],
    [{ daily: { at: '09:00', on: 'mon' } }, '/daily/on', 'no field'],
    [{ weekly: { on: ['mon', 'monday'], at: '09:00' } }, '/weekly/on/1', 'Give sun, mon'],
    [{ monthly: { on: [1, 32], at: '09:00' } }, '/monthly/on/1', 'Give 1 to 31, or "last"'],
    [{ monthly: { on: 1.5, at: '09:00' } }, '/monthly/on', 'Give 1 to 31'],
  ])('%j', (input, path, text) => {
    expect(refusal(input)).toEqual({ code: 'schedule.when-invalid', path, detail: expect.stringContaining(text) });
  });

  it('with the pointer of the request before them', () => {
    expect(() => parseWhen({ cron: 'x' }, { createdAt: CREATED, pointer: '/when' })).toThrow(
      expect.objectContaining({ fields: [expect.objectContaining({ path: '/when/cron' })] }),
    );
  });
});

it.each([
  { cron: ' 30  2 * * * ', zone: 'europe/berlin', start: '2027-01-01', jitter: '90s' },
  { every: 'PT5M' },
  { every: '1h', start: '2027-01-01T09:00:00', zone: 'Asia/Tokyo' },
  { at: '2027-03-28T02:30:00', zone: 'Europe/Berlin' },
  { weekly: { on: ['MON', 'fri'], at: ['09:00', '17:30'] } },
])('%j means the same when what was stored is read again later', (input) => {
  const first = parse(input);
  const { input: _first, ...meaning } = first;
  const { input: _again, ...again } = parseWhen(JSON.parse(JSON.stringify(first.input)), {
    createdAt: CREATED + 86_400_000,
  });
  expect(again).toEqual(meaning);
});

it.each([
  [{ cron: '30 2 * * *', zone: 'Europe/Berlin' }, 'cron 30 2 * * * (Europe/Berlin)'],
  [{ every: 'PT5M' }, 'every PT5M from 2026-11-21T00:00:00.000Z (UTC)'],
  [{ at: '2027-01-01T09:00:00' }, 'once at 2027-01-01T09:00:00 (UTC)'],
  [{ daily: { at: ['09:00', '17:30'] } }, 'daily at 09:00, 17:30 (UTC)'],
  [{ weekly: { on: 'mon', at: '09:00' } }, 'weekly on mon at 09:00 (UTC)'],
  [{ monthly: { on: [1, 'last'], at: '09:00' } }, 'monthly on 1, last at 09:00 (UTC)'],
])('%j is described as %s', (input, text) => {
  expect(describeWhen(parse(input))).toBe(text);
});

it.each([
  [{ cron: '* * * * * *' }, ['every-second']],
  [{ every: 'PT10S' }, ['every-second']],
  [{ cron: '0 0 13 * 5' }, ['either-day']],
  [{ cron: '0 0 13 * +5' }, []],
  [{ cron: '0 0 31 * *' }, ['days-missing']],
  [{ monthly: { on: [31, 'last'], at: '09:00' } }, []],
  [{ cron: '0 * * * *', jitter: 'PT1H' }, ['jitter-overtakes']],
  [{ cron: '* * * * *', jitter: 30_000 }, []],
])('%j is warned of with %j', (input, codes) => {
  expect(warningsOf(parse(input), CREATED).map(({ code }) => code)).toEqual(codes);
});
