import { ManualRuntime } from '@windlass/clock';
import { describe, expect, it } from 'vitest';
import { randomObject } from '../testing/random-json.fixture.js';
import { scanBatch } from './scan-batch.js';

const shape = { list: 'jobs', member: 'payload', maxDepth: 100, maxItems: 1_000, maxMembers: 10_000 };
const texts = (text: string) => scanBatch(text, shape).texts;

describe("each job's payload is cut out of the body as it was written", () => {
  const cases: [string, string, (string | undefined)[]][] = [
    ['one', '{"jobs":[{"type":"hash","payload":{"b":1,"a":2}}]}', ['{"b":1,"a":2}']],
    ['some', '{"jobs":[{"payload":1.50},{"payload":"x"},{"payload":null}]}', ['1.50', '"x"', 'null']],
    ['white space', ' { "jobs" : [ { "payload" :\n [ 1 ] , "type":"a" } , { "payload" : 2 } ] } ', ['[ 1 ]', '2']],
    ['the last of two', '{"jobs":[{"payload":1,"payload":2}]}', ['2']],
    ['an escaped key', '{"\\u006aobs":[{"\\u0070ayload":7}]}', ['7']],
    ['none', '{"jobs":[{"type":"a"},{"payload":1}]}', [undefined, '1']],
    [
      'items that are no objects',
      '{"jobs":[1,"payload",[{"payload":3}],{"payload":4}]}',
      [undefined, undefined, undefined, '4'],
    ],
    ['of the last list', '{"jobs":[{"payload":1},{"payload":2}],"jobs":[{"payload":3}]}', ['3']],
    ['no other list', '{"x":[{"payload":1}],"jobs":[{"payload":2}],"y":[{"payload":3}]}', ['2']],
    ['no deeper one', '{"jobs":[{"a":{"payload":1},"b":[{"payload":2}],"payload":{"payload":3}}]}', ['{"payload":3}']],
    ['no list', '{"jobs":{"a":{"payload":1}}}', []],
    ['an empty list', '{"jobs":[]}', []],
    [
      'brackets and commas in strings',
      '{"jobs":[{"payload":"}],[{,\\""},{"a":"]},","payload":2}]}',
      ['"}],[{,\\""', '2'],
    ],
    ['an outer list', '[{"jobs":[{"payload":1}]}]', []],
  ];
  it.each(cases)('%s', (_name, text, expected) => {
    JSON.parse(text);
    expect([...texts(text)]).toEqual([...expected]);
  });

  it('agrees with JSON.parse on 2,000 random bodies, whatever their spacing, escapes and duplicates', () => {
    const runtime = new ManualRuntime({ seed: 7 });
    const names = ['payload', 'type', 'jobs', 'pay', '"payload"'];
    for (let round = 0; round < 2_000; round += 1) {
      const items = Array.from({ length: Math.floor(runtime.random() * 6) }, () => randomObject(runtime, 0, names));
      const text = `{"x":${randomObject(runtime, 0, names)},"jobs": [${items.join(' ,')}]}`;
      const { jobs } = JSON.parse(text) as { jobs: Record<string, unknown>[] };
      const found = texts(text);
      for (const [index, job] of jobs.entries()) {
        const cut = found[index];
        expect(cut === undefined, text).toBe(!Object.hasOwn(job, 'payload'));
        if (cut !== undefined) expect(JSON.parse(cut), text).toEqual(job.payload);
      }
    }
  });
});

describe('what is too much is found before it is parsed', () => {
  const size = 1_000_000;
  const hostile: [string, string, string | undefined][] = [
    ['too deep', `{"jobs":[{"payload":${'['.repeat(500_000)}${']'.repeat(500_000)}}]}`, 'depth'],
    ['too many items', `{"jobs":[${'{},'.repeat(200_000)}{}]}`, 'items'],
    ['a million keys', `{${'"k":1,'.repeat(size)}"jobs":[]}`, 'members'],
    ['a million keys of one job', `{"jobs":[{${'"k":1,'.repeat(size)}"payload":1}]}`, 'members'],
    ['a million empty lists beside the payload', `{"jobs":[{"tags":[${'[],'.repeat(size)}[]]}]}`, 'members'],
    ['a million members of a payload are its own', `{"jobs":[{"payload":[${'1,'.repeat(size)}1]}]}`, undefined],
    ['only backslashes', `{"jobs":[{"payload":"${'\\'.repeat(size)}"}]}`, undefined],
    ['only quotes', '"'.repeat(size), undefined],
    ['only closing brackets', ']'.repeat(size), undefined],
    ['colons without values', `{"jobs":[{${'"payload":'.repeat(size / 10)}`, undefined],
  ];
  it.each(hostile)('%s, in linear time', (_name, text, beyond) => {
    const before = performance.now();
    expect(scanBatch(text, shape).beyond).toBe(beyond);
    // Linear takes a few ms; quadratic would take minutes.
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('a thousand items are not too many, and a thousand and one are', () => {
    const list = (count: number) => `{"jobs":[${Array.from({ length: count }, () => '{"payload":1}').join(',')}]}`;
    expect(texts(list(1_000))).toHaveLength(1_000);
    expect(scanBatch(list(1_001), shape).beyond).toBe('items');
  });
});
