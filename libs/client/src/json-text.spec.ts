import { expect, it } from 'vitest';
import { JsonText, submissionText } from './json-text.js';

it('a payload is sent as it was written, digit for digit', () => {
  const payload = new JsonText('\n{"id": 12345678901234567890, "price": 1.10}\n');
  expect(submissionText({ type: 'hash', payload, tags: ['a'] })).toBe(
    '{"type":"hash","tags":["a"],"payload":{"id": 12345678901234567890, "price": 1.10}}',
  );
});

it('so is a whole submission', () => {
  expect(submissionText(new JsonText('{"type":"hash","payload":1.0}'))).toBe('{"type":"hash","payload":1.0}');
});

it.each(['', '1,"type":"other"', '{"a":1}}', '[1] [2]', '{'])('text that is not one value is refused: %s', (text) => {
  expect(() => new JsonText(text)).toThrow(SyntaxError);
});

it('within a payload it is its value', () => {
  expect(submissionText({ type: 'hash', payload: { a: new JsonText('[1.0]') } })).toBe(
    '{"type":"hash","payload":{"a":[1]}}',
  );
});
