import { createHash } from 'node:crypto';
import type { When } from '../when.js';

/** When a slot's job is to start: the slot and up to `jitterMs` more, the same whoever asks and however often. Unix ms. */
export function fireAt(when: When, scheduleId: string, slot: number): number {
  if (when.jitterMs === 0) return slot;
  const chance = createHash('sha256').update(`${scheduleId}:${slot}`).digest().readUIntBE(0, 6) / 2 ** 48;
  return slot + Math.floor(chance * (when.jitterMs + 1));
}
