import { describe, expect, it } from 'vitest';
import { fireAt, latestSlot, parseWhen, slotsAfter, slotsBetween, type WhenInput } from '../index.js';

const BERLIN = 'Europe/Berlin';
const CREATED = Date.parse('2026-11-21T00:00:00Z');
const when = (input: WhenInput) => parseWhen(input, { createdAt: CREATED });

describe('missed slots', () => {
  const hourly = when({ cron: '0 * * * *' });
  const at = (time: string) => Date.parse(`2027-01-01T${time}Z`);

  it('are those after one instant up to and with another', () => {
    const { slots, more } = slotsBetween(hourly, at('01:00:00'), at('03:00:00'), { limit: 9 });
    expect({ slots: slots.map(({ slot }) => slot), more }).toEqual({
      slots: [at('02:00:00'), at('03:00:00')],
      more: false,
    });
  });

  it('are bounded, and it shows', () => {
    expect(slotsBetween(hourly, at('01:00:00'), at('09:00:00'), { limit: 2 })).toMatchObject({
      slots: [{ slot: at('02:00:00') }, { slot: at('03:00:00') }],
      more: true,
    });
  });

  it('have a latest one, found without walking through millions', () => {
    const eachSecond = when({ cron: '* * * * * *', zone: BERLIN });
    expect(latestSlot(eachSecond, CREATED, Date.parse('2036-11-21T00:00:00.700Z'))?.slot).toBe(
      Date.parse('2036-11-21T00:00Z'),
    );
    expect(latestSlot(hourly, at('01:00:00'), at('03:00:00'))?.slot).toBe(at('03:00:00'));
    expect(latestSlot(hourly, at('01:00:00'), at('03:59:59'))?.slot).toBe(at('03:00:00'));
    expect(latestSlot(hourly, at('01:00:00'), at('01:59:59'))).toBeUndefined();
  });
});

describe('jitter', () => {
  const jittered = when({ cron: '0 * * * *', jitter: 'PT1M' });
  const slots = slotsAfter(jittered, CREATED, { limit: 500 }).map(({ slot }) => slot);
  const delays = slots.map((slot) => fireAt(jittered, 'schedule-1', slot) - slot);

  it('moves the start within its bound and never the slot', () => {
    expect(slots.every((slot) => slot % 3_600_000 === 0)).toBe(true);
    expect(delays.every((delay) => delay >= 0 && delay <= 60_000)).toBe(true);
    expect(Math.max(...delays)).toBeGreaterThan(50_000);
  });

  it('is the same for whoever asks, and another for each slot and schedule', () => {
    expect(slots.map((slot) => fireAt(jittered, 'schedule-1', slot) - slot)).toEqual(delays);
    expect(new Set(delays).size).toBeGreaterThan(450);
    expect(fireAt(jittered, 'schedule-2', slots[0]!) - slots[0]!).not.toBe(delays[0]);
    expect(fireAt(when({ cron: '0 * * * *' }), 'schedule-1', slots[0]!)).toBe(slots[0]);
  });
});
