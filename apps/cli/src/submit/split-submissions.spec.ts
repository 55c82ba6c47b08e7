import { describe, expect, it } from 'vitest';
import { UsageFailure } from '../frame/cli-failure.js';
import { splitSubmissions } from './split-submissions.js';

const textsOf = (text: string) => splitSubmissions(text).map((each) => each.text);

describe('submissions are taken as they were written', () => {
  it('from lines, with empty ones between', () => {
    expect(textsOf('\ufeff{"payload": 1.0}\r\n\n  {"payload":12345678901234567890}\n')).toEqual([
      ...['{"payload": 1.0}', '{"payload":12345678901234567890}'],
    ]);
  });

  it('from an array, whatever their strings look like', () => {
    const items = ['{"a": "],[{\\"\\\\"}', '{"b":[1,[2,{"c":"}"}]],"d":{}}', '{"n":1.10}'];
    expect(textsOf(` [\n${items.join(' ,\n')} ]\n`)).toEqual(items);
  });
});

it.each([
  ['nothing', '\n', 'There are no submissions.'],
  ['an empty array', '[ ]', 'There are no submissions.'],
  ['a line that is not JSON', '{}\n{"a":\n', 'Line 2 is not JSON'],
  ['an element that is no object', '[{}, 7]', 'Element 2 is not a JSON object.'],
  ['an array that does not end', '[{}', 'The array is not JSON'],
  ['two arrays', '[{}] [{}]', 'The array is not JSON'],
])('%s is refused before anything is sent, and where it is wrong is said', (_what, text, message) => {
  expect(() => splitSubmissions(text)).toThrow(UsageFailure);
  expect(() => splitSubmissions(text)).toThrow(message);
});
