import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CapturedCli } from '../testing/captured-cli.fixture.js';

let cli: CapturedCli;
beforeEach(() => {
  cli = new CapturedCli();
});
afterEach(() => rm(cli.cwd, { recursive: true, force: true }));

const preview = (...args: string[]) => cli.run('schedules', 'preview', ...args);
const BERLIN = ['--zone', 'Europe/Berlin', '--from', '2027-03-27'];

async function slots(...args: string[]): Promise<{ utc: string; local: string; shifted?: { reason: string } }[]> {
  const { exitCode, out, err } = await preview(...args, '--json');
  expect({ exitCode, err, lines: out.split('\n').length }).toEqual({ exitCode: 0, err: '', lines: 2 });
  return JSON.parse(out).slots;
}

describe('windlass schedules preview', () => {
  it('tells times in UTC and in the zone, and what a change of clocks moved, without any service', async () => {
    expect(await slots('30 2 * * *', ...BERLIN, '--count', '4')).toEqual([
      { utc: '2027-03-27T01:30:00.000Z', local: '2027-03-27T02:30:00+01:00' },
      {
        utc: '2027-03-28T01:00:00.000Z',
        local: '2027-03-28T03:00:00+02:00',
        shifted: {
          reason: 'gap',
          asked: '2027-03-28T02:30:00',
          text: '02:30 does not exist on 2027-03-28 in Europe/Berlin; it fires at 03:00, the end of the gap.',
        },
      },
      { utc: '2027-03-29T00:30:00.000Z', local: '2027-03-29T02:30:00+02:00' },
      { utc: '2027-03-30T00:30:00.000Z', local: '2027-03-30T02:30:00+02:00' },
    ]);
  });

  it('tells people the same as a table', async () => {
    const { out } = await preview('30 2 * * *', ...BERLIN, '--count', '2');
    expect(out.split('\n')).toEqual([
      'cron 30 2 * * * (Europe/Berlin)',
      '',
      'UTC                   LOCAL                       MOVED',
      '2027-03-27 01:30:00Z  2027-03-27 02:30:00 +01:00',
      expect.stringMatching(
        /^2027-03-28 01:00:00Z {2}2027-03-28 03:00:00 \+02:00 {2}02:30 does not exist on 2027-03-28/,
      ),
      '',
    ]);
  });

  it('takes a date as midnight in the zone, and a moment as it is', async () => {
    expect((await slots('@daily', ...BERLIN, '--count', '1'))[0]?.utc).toBe('2027-03-26T23:00:00.000Z');
    const from = ['--from', '2027-03-27T00:00:00Z', '--zone', 'Europe/Berlin'];
    expect((await slots('@daily', ...from, '--count', '1'))[0]?.utc).toBe('2027-03-27T23:00:00.000Z');
  });

  it.each([
    [
      ['--every', '6h'],
      ['2027-03-26T23:00:00.000Z', '2027-03-27T05:00:00.000Z'],
    ],
    [
      ['--every', 'PT90M'],
      ['2027-03-26T23:00:00.000Z', '2027-03-27T00:30:00.000Z'],
    ],
    [['--once', '2027-03-28T02:30:00'], ['2027-03-28T01:00:00.000Z']],
    [
      ['--when', '{"weekly":{"on":["sun"],"at":"09:00"}}'],
      ['2027-03-28T07:00:00.000Z', '2027-04-04T07:00:00.000Z'],
    ],
  ])('%j stands instead of cron', async (args, times) => {
    expect((await slots(...args, ...BERLIN, '--count', '2')).map(({ utc }) => utc)).toEqual(times);
  });

  it('starts now without --from, and says when a schedule ends', async () => {
    const [first] = await slots('* * * * *', '--count', '1');
    expect(Math.abs(Date.parse(first?.utc ?? '') - Date.now())).toBeLessThanOrEqual(61_000);
    expect((await preview('--once', '2099-01-01T00:00:00Z')).out).toMatch(/does not fire again\.\n$/);
  });

  it('warns on standard error of what may not be meant, in JSON within it', async () => {
    expect((await preview('0 0 13 * 5')).err).toContain('either is enough');
    expect(JSON.parse((await preview('0 0 13 * 5', '--json')).out).warnings).toMatchObject([{ code: 'either-day' }]);
  });

  it.each([
    ['an hour beyond 23', ['30 25 * * *'], 'field 2 (hour), position 4: "25" is not understood. Give 0 to 23.'],
    ['a day that never comes', ['0 0 30 2 *'], 'never fires'],
    ['a zone with a slip', ['@daily', '--zone', 'Europe/Berln'], 'Did you mean Europe/Berlin?'],
    ['a date that does not exist', ['@daily', '--from', '2027-02-30'], '--from: "2027-02-30" is not in the calendar'],
    ['no expression', [], 'Give one of a cron expression'],
    ['two of them', ['@daily', '--every', '5m'], 'Give one of a cron expression'],
    ['an expression without quotes', ['30', '2', '1', '*', '*'], 'too many arguments'],
    ['JSON that is none', ['--when', '{daily'], '--when is not JSON'],
    ['JSON that is no object', ['--when', '[1]'], '--when is not an object'],
    ['a time that has passed', ['--once', '2020-01-01', '--from', '2027-01-01'], 'is over at 2027-01-01'],
    ['a count of none', ['@daily', '--count', '0'], 'from 1 to 1000'],
  ])('exits 2 for %s, with what to do on standard error', async (_what, args, text) => {
    const { exitCode, out, err } = await preview(...args, '--json');
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(text);
  });
});
