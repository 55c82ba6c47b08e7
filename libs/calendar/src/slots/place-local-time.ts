import type { LocalMs } from './local-time.js';
import { type Segment, segmentAt } from './zone-segments.js';

// What happens when clocks change. This is the rule; docs/guides/schedules-when.md tells it to users.
//
// 1. A time that is asked for fires once. If it does not exist that day (clocks are put forward over it) it fires at the end
//    of the gap, the first instant after the change. If it comes twice (clocks are put back) it fires the first time only.
//    Missing times of one gap, and a time that is asked for at its very end, are one slot: they are one instant.
// 2. An expression whose hour field holds all 24 hours asks for no hour: it follows elapsed time. It fires at every instant at
//    which clocks show a matching minute, both times if they show it twice, and makes nothing up for minutes that they never
//    showed. So a quarter of an hour stays one.
// 3. Durations (`every`) know no clocks.
//
// Every second hour is twelve hours by name, so it falls under 1. Vixie cron goes by the asterisk instead and would leave out
// the one at 02:00 in spring and fire it twice in autumn.

/** More than any zone is from UTC (14 h), and than any change moved clocks (24 h). */
const FAR_MS = 26 * 3_600_000;

export interface Placed {
  /** Unix ms. */
  instantMs: number;
  /** How the zone's clocks differ from the ordinary there. */
  shift?: 'gap' | 'overlap';
  /** From UTC, at the instant. */
  offsetMs: number;
}

/** Rule 1: the first instant at which clocks of the zone show that time or, having jumped over it, a later one. */
export function placeLocalTime(zone: string, local: LocalMs): Placed {
  let segment = segmentAt(zone, local - FAR_MS);
  // Each step is one change of clocks, of which there are a few at most within two days.
  while (local - segment.offsetMs >= segment.untilMs) segment = segmentAt(zone, segment.untilMs);
  const { fromMs, offsetMs } = segment;
  if (local - offsetMs < fromMs) return { instantMs: fromMs, offsetMs, shift: 'gap' };
  const placed = { instantMs: local - offsetMs, offsetMs };
  return comesAgain(zone, local, segment) ? { ...placed, shift: 'overlap' } : placed;
}

function comesAgain(zone: string, local: LocalMs, { untilMs }: Segment): boolean {
  if (untilMs === Number.POSITIVE_INFINITY) return false;
  const next = segmentAt(zone, untilMs);
  const again = local - next.offsetMs;
  return next.fromMs <= again && again < next.untilMs;
}

/** The latest local time that clocks of the zone have shown at an instant or before: more than they show after they were put back. */
export function latestShown(zone: string, instantMs: number): LocalMs {
  const { fromMs, offsetMs } = segmentAt(zone, instantMs);
  const shown = instantMs + offsetMs;
  if (fromMs === Number.NEGATIVE_INFINITY) return shown;
  return Math.max(shown, fromMs - 1 + segmentAt(zone, fromMs - 1).offsetMs);
}
