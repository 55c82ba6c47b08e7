import { createHash } from 'node:crypto';
import type { SubmitItem } from '@windlass/contracts';
import { describe, expect, it } from 'vitest';
import { parseTime } from '../http/parse-time.js';
import { fingerprint } from './fingerprint.js';
import { parseDuration } from './parse-duration.js';
import { readOptions } from './read-options.js';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 0, 1);
const read = (extra: object) => readOptions({ type: 'hash', ...extra }, NOW);

it.each([
  [0, 0],
  [1_500, 1_500],
  [366 * DAY_MS, 366 * DAY_MS],
  ['0s', 0],
  ['500ms', 500],
  ['90s', 90_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 7 * DAY_MS],
  ['366d', 366 * DAY_MS],
  ['007s', 7_000],
])('a duration may be %j', (given, ms) => {
  expect(parseDuration(given)).toBe(ms);
});

it.each([
  -1,
  -0,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53 - 1,
  2 ** 53 + 2,
  366 * DAY_MS + 1,
  '5',
  '',
  ' 5m',
  '5m ',
  '5 m',
  '5M',
  '-5m',
  '+5m',
  '1.5h',
  '1e3s',
  '5w',
  '5y',
  'm',
  '5mm',
  '５m',
  '367d',
  '99999999999d',
  '999999999999d',
  '5m\u0000',
  '0x5m',
  true,
  null,
  {},
  [],
  ['5m'],
])('a duration may not be %j', (given) => {
  expect(parseDuration(given)).toBeNaN();
});

it.each([
  ['2026-01-31T08:00:00Z', Date.UTC(2026, 0, 31, 8)],
  ['2026-01-31T08:00Z', Date.UTC(2026, 0, 31, 8)],
  ['2026-01-31T08:00:00.5+02:00', Date.UTC(2026, 0, 31, 6, 0, 0, 500)],
  ['2028-02-29T23:59:59.123456789-23:59', Date.UTC(2028, 2, 1, 23, 58, 59, 123)],
])('a time may be %j', (given, ms) => {
  expect(parseTime(given)).toBe(ms);
});

it.each([
  '',
  '2026-01-31',
  '2026-01-31T08:00:00',
  '2026-01-31 08:00:00Z',
  '2026-02-30T08:00:00Z',
  '2027-02-29T08:00:00Z',
  '2026-13-01T08:00:00Z',
  '2026-00-01T08:00:00Z',
  '2026-01-00T08:00:00Z',
  '2026-04-31T08:00:00Z',
  '2026-01-31T24:00:00Z',
  '2026-01-31T08:60:00Z',
  '2026-06-30T23:59:60Z',
  '10000-01-01T00:00:00Z',
  '+010000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '2026-01-31T08:00:00+2',
  '2026-01-31T08:00:00+24:00',
  '2026-01-31t08:00:00z',
  '2026-01-31T08:00:00Z\u0000',
  'tomorrow',
  '２026-01-31T08:00:00Z',
  1_767_225_600_000,
  null,
  {},
])('a time may not be %j', (given) => {
  expect(parseTime(given)).toBeNaN();
});

describe('options', () => {
  it('are read as core takes them', () => {
    expect(
      read({
        queue: 'cad.urgent',
        delay: '5m',
        ttl: 600_000,
        priority: 'high',
        dedupeKey: 'order-7',
        onDuplicate: 'replace',
        concurrencyKey: 'klíč 🔑',
        concurrencyLimit: 3,
        retention: 'long',
        backoff: { kind: 'list', delaysMs: [0, 10, 86_400_000], jitter: 0.5 },
      }),
    ).toEqual({
      type: 'hash',
      queue: 'cad.urgent',
      delayMs: 300_000,
      ttlMs: 600_000,
      priority: 6,
      dedupe: { key: 'order-7', onDuplicate: 'replace' },
      concurrency: { key: 'klíč 🔑', limit: 3 },
      retention: 'long',
      backoff: { kind: 'list', delaysMs: [0, 10, 86_400_000], jitter: 0.5 },
    });
  });

  it('have defaults where they need company, and are absent where they say nothing', () => {
    expect(read({ dedupeKey: 'a', concurrencyKey: 'b', delay: 0, priority: 0 })).toEqual({
      type: 'hash',
      dedupe: { key: 'a', onDuplicate: 'reject' },
      concurrency: { key: 'b', limit: 1 },
      priority: 0,
    });
    const names = ['queue', 'delay', 'runAt', 'ttl', 'priority', 'dedupeKey', 'onDuplicate', 'concurrencyKey'];
    const nulls = Object.fromEntries(
      [...names, 'concurrencyLimit', 'retention', 'backoff'].map((name) => [name, null]),
    );
    expect(read(nulls)).toEqual({ type: 'hash' });
    expect(read({})).toEqual({ type: 'hash' });
  });

  it('a moment that has passed means now, also one before 1970', () => {
    expect(read({ runAt: '2025-12-31T23:00:00+01:00' })).toEqual({ type: 'hash', runAt: Date.UTC(2025, 11, 31, 22) });
    expect(read({ runAt: '0001-01-01T00:00:00Z' })).toEqual({ type: 'hash', runAt: 0 });
  });

  it('a moment at most 366 days ahead is one', () => {
    const at = (ms: number) => ({ runAt: new Date(NOW + ms).toISOString() });
    expect(read(at(366 * DAY_MS)).runAt).toBe(NOW + 366 * DAY_MS);
    expect(() => read(at(366 * DAY_MS + 1))).toThrow('/runAt: must be at most 366 days from now');
  });

  it('keys have up to 255 characters, as the database and the messages count them', () => {
    expect(read({ dedupeKey: '🔑'.repeat(255) }).dedupe?.key).toBe('🔑'.repeat(255));
    expect(() => read({ dedupeKey: '🔑'.repeat(256) })).toThrow('/dedupeKey: must have 1 to 255 characters');
    // A letter with a variation selector looks like one character and is two.
    expect(() => read({ tags: ['a\ufe0f'.repeat(64)] })).toThrow('/tags: each must have 1 to 64 characters');
  });

  it('say all that is wrong with them at once', () => {
    const wrong = { delay: '2h', ttl: '1h', runAt: '2026-01-02T00:00:00Z', onDuplicate: 'return', concurrencyLimit: 2 };
    try {
      read(wrong);
      expect.unreachable();
    } catch (error) {
      const { fields } = error as { fields: { path: string }[] };
      expect(fields.map((field) => field.path).sort()).toEqual(['/concurrencyLimit', '/onDuplicate', '/runAt', '/ttl']);
    }
  });
});

describe('the fingerprint of a request', () => {
  const item = (extra: Partial<SubmitItem> = {}): SubmitItem => ({
    tenantId: 'acme',
    type: 'hash',
    payload: '{"a":1}',
    ...extra,
  });

  it('without the later options is the one that older gateways gave it', () => {
    const options = '["hash",[],2,["fixed",5,null,0.5],null,null]';
    const old = createHash('sha256').update(`${options.length}:`).update(options).update('{"a":1}').digest('hex');
    expect(fingerprint(item({ maxAttempts: 2, backoff: { kind: 'fixed', delayMs: 5, jitter: 0.5 } }))).toBe(old);
  });

  it('is another one with each other option', () => {
    const others: Partial<SubmitItem>[] = [
      {},
      { queue: 'a' },
      { priority: 1 },
      { delayMs: 1 },
      { runAt: 1 },
      { ttlMs: 1 },
      { retention: 'long' },
      { dedupe: { key: 'a', onDuplicate: 'reject' } },
      { dedupe: { key: 'a', onDuplicate: 'return' } },
      { concurrency: { key: 'a', limit: 1 } },
      { concurrency: { key: 'a', limit: 2 } },
      { backoff: { kind: 'list', delaysMs: [1] } },
      { backoff: { kind: 'list', delaysMs: [1, 2] } },
    ];
    expect(new Set(others.map((other) => fingerprint(item(other)))).size).toBe(others.length);
  });

  it('is the same however a duration is written', () => {
    const of = (extra: object) => fingerprint(item(read(extra)));
    expect(of({ delay: '5m', priority: 'high' })).toBe(of({ delay: 300_000, priority: 6 }));
  });
});
