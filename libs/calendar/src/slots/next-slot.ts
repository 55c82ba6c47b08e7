import type { Shift, Slot, When } from '../when.js';
import { showLocal, showOffset } from './local-time.js';
import { type Found, nextLocalSlot } from './next-local-slot.js';
import { placeLocalTime } from './place-local-time.js';
import { segmentAt } from './zone-segments.js';

/** Croner looks no further, so nothing does. */
const END_OF_TIME_MS = Date.UTC(3000, 0, 1);

/** The first slot after an instant (Unix ms), or undefined: the schedule fires no more. */
export function nextSlot(when: When, afterMs: number): Slot | undefined {
  const found = nextFound(when, Math.max(afterMs, when.startMs - 1));
  if (!found || found.instantMs >= Math.min(when.endMs, END_OF_TIME_MS)) return undefined;
  return {
    slot: found.instantMs,
    local: showLocal(found.instantMs + found.offsetMs),
    offset: showOffset(found.offsetMs),
    zone: when.zone,
    ...(found.shift ? { shifted: showShift(found, when.zone) } : {}),
  };
}

function nextFound({ rule, zone }: When, afterMs: number): Found | undefined {
  if (rule.kind === 'local') return earliest(rule.crons.map((cron) => nextLocalSlot(cron, zone, afterMs)));
  if (rule.kind === 'once') return rule.atMs > afterMs ? onceFound(zone, rule) : undefined;
  // From the anchor by whole steps, so that nothing adds up over the years. The anchor itself is the first slot.
  const step = Math.max(0, Math.floor((afterMs - rule.anchorMs) / rule.everyMs) + 1);
  return plainFound(zone, rule.anchorMs + step * rule.everyMs);
}

function earliest(found: (Found | undefined)[]): Found | undefined {
  return found.reduce((best, each) => (best && (!each || best.instantMs <= each.instantMs) ? best : each), undefined);
}

function onceFound(zone: string, { atMs, localMs }: { atMs: number; localMs?: number }): Found {
  const shift = localMs === undefined ? undefined : placeLocalTime(zone, localMs).shift;
  const found = plainFound(zone, atMs);
  return shift && localMs !== undefined ? { ...found, shift: { reason: shift, asked: localMs } } : found;
}

function plainFound(zone: string, instantMs: number): Found {
  return { instantMs, offsetMs: segmentAt(zone, instantMs).offsetMs };
}

function showShift({ instantMs, offsetMs, shift }: Found, zone: string): Shift {
  const { reason, asked: askedMs } = shift!;
  const asked = showLocal(askedMs);
  const [date, time] = asked.replace(/:00$/, '').split('T');
  const fires = showLocal(instantMs + offsetMs)
    .slice(11)
    .replace(/:00$/, '');
  const text =
    reason === 'gap'
      ? `${time} does not exist on ${date} in ${zone}; it fires at ${fires}, the end of the gap.`
      : `${time} comes twice on ${date} in ${zone}; it fires the first time only (${showOffset(offsetMs)}).`;
  return { reason, asked, text };
}
