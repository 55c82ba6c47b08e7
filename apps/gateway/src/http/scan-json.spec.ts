import { ManualRuntime } from '@windlass/clock';
import { describe, expect, it } from 'vitest';
import { randomObject } from '../testing/random-json.fixture.js';
import { scanJson } from './scan-json.js';

const member = (text: string) => scanJson(text, 'payload', 100).member;

describe('the payload is cut out of the body as it was written', () => {
  const cases: [string, string, string | undefined][] = [
    ['an object', '{"type":"hash","payload":{"b":1,"a":2}}', '{"b":1,"a":2}'],
    ['order and spacing inside', '{"payload": { "b" :1 ,  "a":[ ] } ,"type":"x"}', '{ "b" :1 ,  "a":[ ] }'],
    ['white space around', '{ \n\t"payload" \r\n : \t "x" \n }', '"x"'],
    ['a number as written', '{"payload":1.50e+02}', '1.50e+02'],
    ['a big number', '{"payload":123456789012345678901234567890}', '123456789012345678901234567890'],
    ['literals', '{"payload":null,"type":"x"}', 'null'],
    ['an empty string', '{"payload":""}', '""'],
    ['unicode', '{"payload":"žluťoučký 🐎"}', '"žluťoučký 🐎"'],
    ['escapes stay escapes', '{"payload":"\\u0000\\ud83d\\ude00\\/"}', '"\\u0000\\ud83d\\ude00\\/"'],
    ['quotes and backslashes in strings', '{"payload":"a\\"}],{\\\\","type":"x"}', '"a\\"}],{\\\\"'],
    ['a string that ends in backslashes', '{"payload":"\\\\\\\\","z":1}', '"\\\\\\\\"'],
    ['an escaped key', '{"\\u0070ayload":[1]}', '[1]'],
    ['a key of escapes only', '{"\\u0070\\u0061\\u0079\\u006c\\u006f\\u0061\\u0064":7}', '7'],
    ['the last of two', '{"payload":1,"payload":{"last":true}}', '{"last":true}'],
    ['the last of two, one escaped', '{"payload":1,"\\u0070ayload":2}', '2'],
    ['not one that is nested', '{"options":{"payload":1},"type":"payload"}', undefined],
    ['not a value of that name', '{"type":"payload"}', undefined],
    ['not a longer key', '{"payload2":1,"xpayload":2}', undefined],
    ['not within an outer array', '[{"payload":1}]', undefined],
    ['not within a string', '"{\\"payload\\":1}"', undefined],
    ['a payload of the same name inside', '{"payload":{"payload":{"payload":1}}}', '{"payload":{"payload":1}}'],
    ['after a nested object', '{"a":{"b":[{"c":"}"}]},"payload":true}', 'true'],
    ['a key __proto__ inside', '{"payload":{"__proto__":{"x":1}}}', '{"__proto__":{"x":1}}'],
    ['an empty object has none', '{}', undefined],
  ];
  it.each(cases)('%s', (_name, text, expected) => {
    JSON.parse(text);
    expect(member(text)).toBe(expected);
  });

  it('agrees with JSON.parse on 3,000 random bodies, whatever their spacing, escapes and duplicates', () => {
    const runtime = new ManualRuntime({ seed: 42 });
    for (let round = 0; round < 3_000; round += 1) {
      const text = randomObject(runtime, 0, ['payload', 'type', 'pay', '"payload"', 'payload\\']);
      const parsed = JSON.parse(text) as Record<string, unknown>;
      const found = member(text);
      expect(found === undefined, text).toBe(!Object.hasOwn(parsed, 'payload'));
      if (found === undefined) continue;
      expect(found, text).toBe(found.trim());
      expect(text.includes(found)).toBe(true);
      expect(JSON.parse(found), text).toEqual(parsed.payload);
    }
  });
});

describe('nesting', () => {
  it('is counted in objects and arrays, not in strings', () => {
    expect(scanJson('1', 'payload', 100).depth).toBe(0);
    expect(scanJson('{"a":[{"b":"[[[[{{{{"}]}', 'payload', 100).depth).toBe(3);
    expect(scanJson('[[],[[]],[]]', 'payload', 100).depth).toBe(3);
  });

  it('stops one beyond the limit, however deep the rest is', () => {
    const deep = '['.repeat(500_000) + ']'.repeat(500_000);
    expect(scanJson(deep, 'payload', 100).depth).toBe(101);
  });
});

describe('a hostile body costs linear time', () => {
  const size = 1_000_000;
  const bodies: [string, string][] = [
    ['only backslashes', `{"payload":"${'\\'.repeat(size)}"}`],
    ['only escaped quotes', `{"payload":"${'\\"'.repeat(size / 2)}"}`],
    ['an unended string', `{"payload":"${'a'.repeat(size)}`],
    ['only quotes', '"'.repeat(size)],
    ['only white space', ' '.repeat(size)],
    ['many keys with escapes', `{${'"\\u0070x":1,'.repeat(size / 12)}"a":1}`],
    ['colons without values', `{${'"payload":'.repeat(size / 10)}`],
  ];
  it.each(bodies)('%s', (_name, text) => {
    const before = performance.now();
    scanJson(text, 'payload', 100);
    // Linear takes a few ms; quadratic would take minutes.
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
