import type { DrawnField } from './random-draws.fixture.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const AROUND_MS = 27 * HOUR_MS;

/** What clocks of a zone show in one minute of real time; `key` is the local minute as a number that grows. */
export interface Shown {
  instantMs: number;
  key: number;
}

/** Reads clocks by Intl alone. */
export class ClockReader {
  private readonly format: Intl.DateTimeFormat;

  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn' },
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
    });
  }

  /** Minutes since 1970 as the clock counts them. */
  minuteAt(instantMs: number): number {
    const read: Record<string, number> = {};
    for (const { type, value } of this.format.formatToParts(instantMs)) read[type] = Number(value);
    const { year = 0, month = 0, day, hour, minute } = read;
    return Date.UTC(year, month - 1, day, hour, minute) / MINUTE_MS;
  }

  /** Instants, to the minute, at which clocks do not simply go on. Looks at each quarter of a day and halves what differs. */
  changesBetween(fromMs: number, untilMs: number): number[] {
    const changes: number[] = [];
    const off = (instantMs: number) => this.minuteAt(instantMs) - instantMs / MINUTE_MS;
    for (let low = fromMs, before = off(low); low < untilMs; low += 6 * HOUR_MS) {
      const after = off(low + 6 * HOUR_MS);
      if (after !== before) changes.push(firstAfter(low, low + 6 * HOUR_MS, (instantMs) => off(instantMs) !== before));
      before = after;
    }
    return changes;
  }

  /** Each minute of real time around an instant. */
  walkAround(instantMs: number): Shown[] {
    const first = instantMs - AROUND_MS;
    return Array.from({ length: (2 * AROUND_MS) / MINUTE_MS }, (_, at) => {
      const now = first + at * MINUTE_MS;
      return { instantMs: now, key: this.minuteAt(now) };
    });
  }
}

function firstAfter(fromMs: number, untilMs: number, is: (instantMs: number) => boolean): number {
  let [low, high] = [fromMs, untilMs];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (is(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export interface DrawnTimes {
  minute: DrawnField;
  hour: DrawnField;
  weekday: DrawnField;
}

/**
 * The rule by its definition, minute by minute: what asks for hours fires when clocks show a matching minute for the first time, or
 * have just passed over one; what asks for none fires whenever they show one. Answers instants.
 */
export function firesOnWalk(walk: Shown[], times: DrawnTimes): number[] {
  const matches = (key: number) =>
    times.minute.has(key % 60) &&
    times.hour.has(Math.floor(key / 60) % 24) &&
    // 1 January 1970 was a Thursday.
    times.weekday.has((Math.floor(key / 1_440) + 4) % 7);
  const asksForNoHour = Array.from({ length: 24 }, (_, hour) => hour).every((hour) => times.hour.has(hour));
  const fires: number[] = [];
  let furthest = walk[0]!.key - 1;
  for (const { instantMs, key } of walk) {
    let fire = false;
    if (asksForNoHour) fire = matches(key);
    else for (let passed = furthest + 1; passed <= key; passed += 1) fire ||= matches(passed);
    if (fire) fires.push(instantMs);
    furthest = Math.max(furthest, key);
  }
  return fires;
}
