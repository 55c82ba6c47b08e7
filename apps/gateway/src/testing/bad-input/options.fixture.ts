import { bad, body, type Case, job } from './case.fixture.js';

/** JSON text of a submission in which one option is written as it stands here. */
const raw = (name: string, text: string) => body(`{"type":"hash","payload":1,"${name}":${text}}`);

/** What every text field must refuse. */
const strings: [string, string][] = [
  ['a number', '1'],
  ['a list', '["a"]'],
  ['an object', '{"length":1}'],
  ['empty', '""'],
  ['NUL', '"a\\u0000b"'],
  ['a line feed', '"a\\nb"'],
  ['DEL', '"a\\u007f"'],
  ['half of a surrogate pair', '"\\ud800"'],
  ['the other half', '"a\\udfff"'],
  ['endless', `"${'a'.repeat(1_000)}"`],
];
/** What every number must refuse; more than all of them allow. */
const numbers: [string, string][] = [
  ['negative', '-1'],
  ['-0', '-0'],
  ['a fraction', '0.5'],
  ['2^53 - 1', '9007199254740991'],
  ['2^53 + 1', '9007199254740993'],
  ['1e400', '1e400'],
  ['-1e400', '-1e400'],
  ['true', 'true'],
  ['a list', '[1]'],
  ['an object', '{}'],
  ['text', '"1"'],
];

function each(name: string, values: [string, string][]): Case[] {
  return values.map(([what, text]) => ({
    name: `${name}: ${what}`,
    options: raw(name, text),
    status: 400,
    code: bad,
    field: `/${name}`,
  }));
}

const delays: [string, string][] = [
  ['no unit', '"5"'],
  ['an unknown unit', '"5w"'],
  ['a unit in upper case', '"5M"'],
  ['a space', '"5 m"'],
  ['a fraction with a unit', '"1.5h"'],
  ['an exponent', '"1e3s"'],
  ['more than a year', '"367d"'],
  ['a year in ms, and one', '31622400001'],
  ['digits without end', `"${'9'.repeat(400)}d"`],
  ['other digits', '"５m"'],
];

const times: [string, string][] = [
  ['a day', '"2026-01-31"'],
  ['no zone', '"2026-01-31T08:00:00"'],
  ['Feb 30', '"2027-02-30T08:00:00Z"'],
  ['a leap second', '"2026-06-30T23:59:60Z"'],
  ['year 10000', '"10000-01-01T00:00:00Z"'],
  ['year +010000', '"+010000-01-01T00:00:00Z"'],
  ['year 9999', '"9999-12-31T23:59:59Z"'],
  ['words', '"tomorrow"'],
  ['ms', '1767225600000'],
];

const words: [string, string][] = [
  ['an unknown word', '"maybe"'],
  ['a word in upper case', '"REJECT"'],
  ['a name of prototypes', '"constructor"'],
  ['a name that objects have', '"toString"'],
  ['a number', '1'],
  ['a list', '["reject"]'],
  ['empty', '""'],
  ['NUL', '"reject\\u0000"'],
];

const queueNames: [string, string][] = [
  ['upper case', '"Hash"'],
  ['a slash', '"a/b"'],
  ['dots at its end', '"a."'],
  ['two dots', '"a..b"'],
  ['a path', '"../a"'],
  ['a space', '"a b"'],
  ['101 characters', `"${'a'.repeat(101)}"`],
];

const withTogether: Case[] = [
  ['delay and runAt', { delay: 1, runAt: '2026-12-01T00:00:00Z' }, '/runAt'],
  ['a delay as long as the time to live', { delay: '1m', ttl: 60_000 }, '/ttl'],
  ['onDuplicate without dedupeKey', { onDuplicate: 'return' }, '/onDuplicate'],
  ['onDuplicate with a dedupeKey of null', { onDuplicate: 'return', dedupeKey: null }, '/onDuplicate'],
  ['concurrencyLimit without key', { concurrencyLimit: 2 }, '/concurrencyLimit'],
].map(([name, extra, field]) => ({
  name: name as string,
  options: job(extra as Record<string, unknown>),
  status: 400,
  code: bad,
  field: field as string,
}));

const backoffs: Case[] = [
  ['a list without delays', { kind: 'list' }, '/backoff/delaysMs'],
  ['an empty list', { kind: 'list', delaysMs: [] }, '/backoff/delaysMs'],
  ['101 delays', { kind: 'list', delaysMs: Array.from({ length: 101 }, () => 1) }, '/backoff/delaysMs'],
  ['a negative delay', { kind: 'list', delaysMs: [1, -1] }, '/backoff/delaysMs'],
  ['a delay of more than a day', { kind: 'list', delaysMs: [86_400_001] }, '/backoff/delaysMs'],
  ['half a delay', { kind: 'list', delaysMs: [0.5] }, '/backoff/delaysMs'],
  ['delays as text', { kind: 'list', delaysMs: ['1s'] }, '/backoff/delaysMs'],
  ['delays that are no list', { kind: 'list', delaysMs: { 0: 1, length: 1 } }, '/backoff/delaysMs'],
  ['delays in delays', { kind: 'list', delaysMs: [[1]] }, '/backoff/delaysMs'],
  ['a list with the delay of the other kinds', { kind: 'list', delaysMs: [1], delayMs: 1 }, '/backoff/delayMs'],
  ['a list with an end of doubling', { kind: 'list', delaysMs: [1], maxDelayMs: 1 }, '/backoff/maxDelayMs'],
  ['a fixed one with a list', { kind: 'fixed', delayMs: 1, delaysMs: [1] }, '/backoff/delaysMs'],
  ['a fixed one without delay', { kind: 'fixed' }, '/backoff/delayMs'],
  ['no kind', { delayMs: 1 }, '/backoff/kind'],
  ['a jitter above 1', { kind: 'list', delaysMs: [1], jitter: 1.1 }, '/backoff/jitter'],
].map(([name, backoff, field]) => ({
  name: `backoff: ${name}`,
  options: job({ backoff }),
  status: 400,
  code: bad,
  field: field as string,
}));

export const OPTIONS: Case[] = [
  ...each('queue', [...strings, ...queueNames]),
  ...each('delay', [...numbers, ...delays, ['NUL', '"5m\\u0000"']]),
  ...each('ttl', [...numbers, ...delays, ['0', '0'], ['0s', '"0s"']]),
  ...each('runAt', [...strings, ...times]),
  ...each('priority', [...numbers, ['10', '10'], ...words.filter(([what]) => what !== 'a number')]),
  ...each('dedupeKey', [...strings, ['C1 controls', '"a\\u0085"'], ['a line separator', '"a\\u2028"']]),
  ...each('onDuplicate', words),
  ...each('concurrencyKey', [...strings, ['256 characters', `"${'🔑'.repeat(256)}"`]]),
  ...each('concurrencyLimit', [...numbers, ['0', '0'], ['10,001', '10001']]),
  ...each('retention', words),
  ...withTogether,
  ...backoffs,
];
