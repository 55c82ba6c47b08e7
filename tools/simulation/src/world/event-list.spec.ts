import { expect, it } from 'vitest';
import { EventList } from './event-list.js';

const event = (dueMs: number, tie = 0) => ({
  dueMs,
  tie,
  label: `${dueMs}/${tie}`,
  run: () => undefined,
  owner: undefined,
  cancelled: false,
});

it('gives out what is due first, in the drawn order of one moment, and nothing that was cancelled', () => {
  const list = new EventList();
  const dues = Array.from({ length: 200 }, (_, n) => (n * 7919) % 101);
  const events = dues.map((dueMs, n) => list.add(event(dueMs, (n * 31) % 17)));
  for (const each of events.filter((_, n) => n % 5 === 0)) each.cancelled = true;
  const taken: string[] = [];
  for (let next = list.take(); next; next = list.take()) taken.push(next.label);
  const expected = events
    .filter((each) => !each.cancelled)
    .sort((a, b) => a.dueMs - b.dueMs || a.tie - b.tie)
    .map((each) => each.label);
  expect(taken).toEqual(expected);
});
