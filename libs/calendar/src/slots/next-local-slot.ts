import { HORIZON_MS, type LocalPattern, localPattern } from './cron-pattern.js';
import type { LocalMs } from './local-time.js';
import { latestShown, placeLocalTime } from './place-local-time.js';
import { segmentAt } from './zone-segments.js';

export interface Found {
  /** Unix ms. */
  instantMs: number;
  offsetMs: number;
  shift?: { reason: 'gap' | 'overlap'; asked: LocalMs };
}

/** The first slot of a cron expression after an instant, by the rule in place-local-time.ts. Undefined: none within the horizon. */
export function nextLocalSlot(cron: string, zone: string, afterMs: number): Found | undefined {
  const pattern = localPattern(cron);
  return pattern.everyHour ? nextElapsed(pattern, zone, afterMs) : nextAsked(pattern, zone, afterMs);
}

/** Rule 1. Placing keeps the order of local times, so the first one that is placed after the instant is the next. */
function nextAsked(pattern: LocalPattern, zone: string, afterMs: number): Found | undefined {
  let asked = pattern.next(latestShown(zone, afterMs));
  while (asked !== undefined) {
    const { instantMs, offsetMs, shift } = placeLocalTime(zone, asked);
    if (instantMs > afterMs)
      return shift ? { instantMs, offsetMs, shift: { reason: shift, asked } } : { instantMs, offsetMs };
    // Only where clocks changed twice within hours; each step is a later local time, so it ends.
    asked = pattern.next(asked);
  }
  return undefined;
}

/** Rule 2: from segment to segment, in each of which local time is real time with a constant added. */
function nextElapsed(pattern: LocalPattern, zone: string, afterMs: number): Found | undefined {
  let segment = segmentAt(zone, afterMs);
  let after: LocalMs = afterMs + segment.offsetMs;
  let local = pattern.next(after);
  while (local !== undefined) {
    const instantMs = local - segment.offsetMs;
    if (instantMs - afterMs > HORIZON_MS) return undefined;
    if (instantMs < segment.untilMs) return { instantMs, offsetMs: segment.offsetMs };
    segment = segmentAt(zone, segment.untilMs);
    const first = segment.fromMs + segment.offsetMs;
    // Unless clocks were put back to before what was searched already, or past what was found, that still comes next.
    if (first <= after || first > local) {
      after = first - 1;
      local = pattern.next(after);
    }
  }
  return undefined;
}
