export { type ParseOptions, parseWhen } from './parse/parse-when.js';
export { readInstant } from './parse/read-instant.js';
export { fireAt } from './slots/jitter.js';
export { latestSlot, MOST_SLOTS, slotsAfter, slotsBetween } from './slots/list-slots.js';
export { nextSlot } from './slots/next-slot.js';
export { describeWhen } from './tell/describe-when.js';
export { type Warning, warningsOf } from './tell/warnings-of.js';
export type { DayOfMonth, Rule, Shift, Slot, TimesOfDay, Weekday, When, WhenFrame, WhenInput } from './when.js';
