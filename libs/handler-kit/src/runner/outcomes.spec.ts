import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileRequest } from '@windlass/handler-kit/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness, until } from './runner-harness.spec.fixture.js';

const SECRET = 'WINDLASS_SPEC_SECRET';

describe('what a handler does can be recorded', () => {
  let harness: Harness;
  const requests: FileRequest[] = [];
  beforeAll(async () => {
    process.env[SECRET] = 'not for handlers';
    process.env.NODE_OPTIONS = '--no-warnings';
    harness = await startHarness({
      childEnv: { FONT_PATH: '/fonts' },
      onFile: async (request) => {
        requests.push(request);
        if (request.kind === 'put') return undefined;
        if (request.fileId === 'unknown')
          throw Object.assign(new Error('Unknown.'), { code: 'files.unknown', kind: 'not-found' });
        if (request.fileId === 'away')
          throw Object.assign(new Error('Away.'), { code: 'files.unavailable', kind: 'retryable' });
        if (request.fileId !== 'file-1') throw Object.assign(new Error('No such file.'), { code: 'files.not-found' });
        const path = join(request.scratchDir, 'input');
        writeFileSync(path, 'bytes');
        return { path, name: 'input.stp', size: 5, sha256: 'abc' };
      },
    });
  });
  afterAll(async () => {
    delete process.env[SECRET];
    delete process.env.NODE_OPTIONS;
    await harness.close();
  });

  const errorOf = async (how: string) => {
    const outcome = await harness.once('rogue.throw', { how });
    if (outcome.kind !== 'failed') throw new Error(`${how}: ${outcome.kind}`);
    for (const text of Object.values(outcome.error)) {
      expect(text).not.toContain('\u0000');
      expect(text.isWellFormed()).toBe(true);
    }
    expect(Buffer.byteLength(outcome.error.message)).toBeLessThanOrEqual(4 * 1024);
    expect(Buffer.byteLength(outcome.error.stack)).toBeLessThanOrEqual(16 * 1024);
    return outcome;
  };

  it.each([
    ['nul', { class: 'TypeError', message: 'a\ufffdb\ufffdc' }],
    ['huge', { class: 'Error', message: 'x'.repeat(4 * 1024) }],
    ['wide', { class: 'Error', message: '€'.repeat(1365) }],
    ['undefined', { class: 'undefined', message: 'undefined', stack: '' }],
    ['null', { class: 'null', message: 'null' }],
    ['symbol', { class: 'symbol', message: 'Symbol(s)' }],
    ['bare', { class: 'Object', message: '(object that cannot be shown)' }],
    ['proxy', { class: 'Object', message: '(object that cannot be shown)' }],
    ['stack', { class: 'RangeError', message: 'r', stack: '[object Object]' }],
  ])('a hostile error (%s) is a failure with storable strings', async (how, error) => {
    expect((await errorOf(how)).error).toMatchObject(error);
  });

  it("a stack tells where in the code, not where on the server; a handler's own verdict has none", async () => {
    const { stack } = (await errorOf('nul')).error;
    expect(stack).toMatch(/\n +at .*runner\/rogue-handlers\.spec\.fixture\.\w+:\d+/);
    expect(stack).not.toMatch(/file:|[ (]\//);
    expect((await errorOf('fail')).error.stack).toBe('');
  });

  it('FailJob and RetryJob say whether to try again, and the code comes along', async () => {
    expect(await errorOf('fail')).toMatchObject({ retry: 'never', error: { class: 'FailJob', code: 'cad.truncated' } });
    expect(await errorOf('retry')).toMatchObject({
      retry: { delayMs: 1_234 },
      error: { class: 'RetryJob', code: 'api.rate-limited' },
    });
    expect(await errorOf('nul')).toMatchObject({ retry: 'default' });
  });

  it.each([
    ['bigint', 'result-not-json', /cannot be written as JSON: .*BigInt/],
    ['cycle', 'result-not-json', /cannot be written as JSON: .*circular/],
    ['function', 'result-not-json', /it is a function/],
    ['large', 'result-too-large', /larger than 8 MiB/],
  ])('a result that cannot be stored (%s) is a clear failure', async (how, code, message) => {
    expect(await harness.once('rogue.result', { how })).toMatchObject({
      kind: 'failed',
      retry: 'never',
      error: { code, message: expect.stringMatching(message) },
    });
  });

  it('no result is null, and hostile text in a result stays escaped JSON', async () => {
    expect(await harness.once('rogue.result', { how: 'undefined' })).toMatchObject({ result: 'null' });
    expect(await harness.once('rogue.result', { how: 'hostile' })).toMatchObject({
      result: '{"text":"a\\u0000b\\ud800"}',
    });
  });

  it('a payload that is no JSON is a failure, not a crash', async () => {
    expect(await harness.once('rogue.result', {}, { payload: '{"a":' })).toMatchObject({
      kind: 'failed',
      retry: 'never',
      error: { class: 'SyntaxError', code: 'payload-not-json' },
    });
  });

  it("a child sees nothing of the worker's environment but a few names", async () => {
    const outcome = await harness.once('rogue.environment');
    if (outcome.kind !== 'succeeded') throw new Error(outcome.kind);
    const { env, flags, send, scratchDir } = JSON.parse(outcome.result);
    const names = Object.keys(env).filter((name) => !['PATH', 'HOME', 'LANG', 'TZ'].includes(name));
    expect(names.sort()).toEqual(['FONT_PATH', 'TMPDIR']);
    expect(env.TMPDIR).toBe(scratchDir);
    expect(flags).toEqual([]);
    expect(send).toBe('undefined');
    await until(() => !existsSync(scratchDir), 'the removal of the scratch directory');
  });

  it('log lines and output are bounded, progress is thinned and ends with the last', async () => {
    await harness.once('rogue.talk');
    const lines = harness.logs.filter(({ key }) => key?.startsWith('rogue.talk'));
    expect(lines[0]).toMatchObject({ level: 'error', message: 'by log', source: 'handler' });
    expect(lines).toHaveLength(1_001);
    expect(lines.at(-1)!.message).toContain('dropped');
    const steps = harness.progress.filter(({ key }) => key.startsWith('rogue.talk'));
    expect(steps.length).toBeLessThan(10);
    expect(steps.at(-1)).toMatchObject({ percent: 100, message: 'step 1000', phase: 'ö'.repeat(100) });
  });

  it('files are fetched and stored by the parent: paths cross, never bytes', async () => {
    const outcome = await harness.once('rogue.files');
    expect(outcome).toMatchObject({
      result: JSON.stringify({ name: 'input.stp', refused: { message: 'No such file.', code: 'files.not-found' } }),
    });
    const puts = requests.filter((request) => request.kind === 'put');
    expect(puts).toEqual([
      { kind: 'put', name: 'copy.bin', path: expect.any(String), contentType: 'application/octet-stream' },
      { kind: 'put', name: 'own.txt', path: expect.stringMatching(/\/own\.txt$/) },
    ]);
  });

  it.each(['rogue.fetch', 'inline.fetch'])('%s: a file that is not there is not asked for again', async (type) => {
    expect(await harness.once(type, { id: 'unknown' })).toMatchObject({
      retry: 'never',
      error: { code: 'files.unknown', message: 'Unknown.', stack: '' },
    });
    expect(await harness.once(type, { id: 'away' })).toMatchObject({
      retry: 'default',
      error: { code: 'files.unavailable' },
    });
  });

  it('an inline handler runs here, and is given up at its limit', async () => {
    const { length } = harness.children;
    expect(await harness.once('inline.add', { a: 1, b: 2 })).toMatchObject({ kind: 'succeeded', result: '3' });
    expect((await harness.once('inline.stuck', {}, { softMs: 10, hardMs: 50 })).kind).toBe('timed-out');
    expect(harness.children).toHaveLength(length);
  });

  it('a pack with an unknown type or a key in use is refused as a whole', async () => {
    const good = harness.attempt('good', 'tiny.count', { sink: join(harness.dir, 'unused'), n: 1 });
    expect(() => harness.runner.run([good, harness.attempt('bad', 'no.such', {})])).toThrow('no.such version 1');
    expect(() => harness.runner.run([good, good])).toThrow('already here');
    expect(harness.runner.keys()).toEqual([]);
  });

  it('no more than maxChildren run at once, and the waiting ones can be released', async () => {
    const narrow = await startHarness({ maxChildren: 2 });
    try {
      narrow.runner.run(['a', 'b', 'c', 'd'].map((key) => narrow.attempt(key, 'rogue.polite', {})));
      expect(narrow.runner.stats()).toMatchObject({ running: 2, waiting: 2, children: 2 });
      expect(await narrow.runner.release('d')).toBe(true);
      narrow.runner.cancel('a', 5_000);
      await narrow.outcome('a');
      expect(narrow.runner.stats()).toMatchObject({ running: 2, waiting: 0 });
      expect((await narrow.runner.stop()).unstarted).not.toContain('d');
      expect(readdirSync(join(narrow.dir, 'scratch'))).toEqual([]);
    } finally {
      await narrow.close();
    }
  });
});
