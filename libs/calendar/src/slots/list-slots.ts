import type { Slot, When } from '../when.js';
import { nextSlot } from './next-slot.js';

/** What one call answers at most: some tenth of a second of work. */
export const MOST_SLOTS = 10_000;

/** Slots after an instant (Unix ms, itself not), at most `limit` and at most 10,000; fewer where the schedule ends. */
export function slotsAfter(when: When, afterMs: number, { limit }: { limit: number }): Slot[] {
  const slots: Slot[] = [];
  let last = nextSlot(when, afterMs);
  while (last && slots.length < Math.min(limit, MOST_SLOTS)) {
    slots.push(last);
    last = nextSlot(when, last.slot);
  }
  return slots;
}

/**
 * Slots after `fromMs` up to and with `toMs`: what was missed. At most `limit`, the oldest first; `more` says that there are
 * others.
 */
export function slotsBetween(
  when: When,
  fromMs: number,
  toMs: number,
  { limit }: { limit: number },
): { slots: Slot[]; more: boolean } {
  const slots: Slot[] = [];
  let next = nextSlot(when, fromMs);
  while (next && next.slot <= toMs && slots.length < Math.min(limit, MOST_SLOTS)) {
    slots.push(next);
    next = nextSlot(when, next.slot);
  }
  return { slots, more: next !== undefined && next.slot <= toMs };
}

/** The last slot after `fromMs` up to and with `toMs`, by halving: however many there are between, it takes some forty steps. */
export function latestSlot(when: When, fromMs: number, toMs: number): Slot | undefined {
  let best: Slot | undefined;
  let low = fromMs;
  let high = toMs;
  for (let next = nextSlot(when, low); next && next.slot <= toMs; next = nextSlot(when, low)) {
    best = next;
    low = next.slot;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const later = nextSlot(when, middle);
      if (later && later.slot <= toMs) {
        best = later;
        low = later.slot;
      } else high = middle;
    }
  }
  return best;
}
