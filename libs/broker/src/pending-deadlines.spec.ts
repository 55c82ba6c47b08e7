import { ManualRuntime } from '@windlass/clock';
import { expect, test } from 'vitest';
import { PendingDeadlines } from './pending-deadlines.js';

function list() {
  const runtime = new ManualRuntime();
  const due: string[] = [];
  const pending = new PendingDeadlines<{ dueMs: number; name: string }>(runtime, (item) => due.push(item.name));
  const add = (name: string, inMs: number) => pending.add(name, { name, dueMs: runtime.monotonicMs() + inMs });
  return { runtime, due, pending, add };
}

test('items fall due at their own deadline, in whatever order they came', async () => {
  const { runtime, due, add } = list();
  add('late', 1_000);
  add('early', 100);
  await runtime.advance(99);
  expect(due).toEqual([]);
  await runtime.advance(6);
  expect(due).toEqual(['early']);
  await runtime.advance(894);
  expect(due).toEqual(['early']);
  await runtime.advance(6);
  expect(due).toEqual(['early', 'late']);
});

test('what was taken in time does not fall due, and what came after the first sweep does', async () => {
  const { runtime, due, pending, add } = list();
  add('answered', 50);
  expect(pending.take('answered')?.name).toBe('answered');
  expect(pending.take('answered')).toBeUndefined();
  await runtime.advance(200);
  add('next', 50);
  await runtime.advance(60);
  expect(due).toEqual(['next']);
});

test('taking all leaves nothing to fall due', async () => {
  const { runtime, due, pending, add } = list();
  add('a', 50);
  add('b', 60);
  expect(pending.takeAll().map((item) => item.name)).toEqual(['a', 'b']);
  await runtime.advance(1_000);
  expect(due).toEqual([]);
  add('c', 50);
  await runtime.advance(60);
  expect(due).toEqual(['c']);
});
