import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchOutput } from './match-output.fixture.js';
import { parseGuide } from './parse-guide.fixture.js';
import { runGuide } from './run-guide.fixture.js';

const fenced = (...blocks: [info: string, ...lines: string[]][]) =>
  `${blocks.map(([info, ...lines]) => [`\`\`\`${info}`, ...lines, '```'].join('\n')).join('\n')}\n`;

async function run(...blocks: [info: string, ...lines: string[]][]) {
  const directory = await mkdtemp(join(tmpdir(), 'windlass-guide-'));
  try {
    const guide = parseGuide('one.md', fenced(...blocks));
    return await runGuide(guide, { directory, url: 'http://127.0.0.1:1', token: 'none' });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

describe('the test of the guides', () => {
  it('takes snippets, their output and handlers, and leaves other blocks alone', () => {
    const markdown = fenced(['sh', 'a', 'b'], ['text', 'c'], ['', 'a plan'], ['js handler', '// my-jobs/x.mjs', 'd']);
    expect(parseGuide('one.md', markdown)).toEqual({
      name: 'one.md',
      lineCount: 14,
      snippets: [{ sh: { line: 2, lines: ['a', 'b'] }, expected: { line: 6, lines: ['c'] } }],
      handlers: [{ file: 'x.mjs', source: '// my-jobs/x.mjs\nd\n' }],
    });
  });

  it('refuses output of nothing, a handler without a name and a block that stays open', () => {
    expect(() => parseGuide('one.md', fenced(['text', 'c']))).toThrow('one.md:2: output of which');
    expect(() => parseGuide('one.md', fenced(['js handler', 'c']))).toThrow('one.md:2: a handler');
    expect(() => parseGuide('one.md', '\n```sh\na\n')).toThrow('one.md:2: this block');
  });

  it.each([
    [['id  …', 'x'], ['id 17', 'x', ''], true],
    [['a…b…'], ['a (.*) b]'], true],
    [['id …'], ['no 17'], false],
    [['x'], ['x', 'y'], false],
    [['x', 'y'], ['x'], false],
    [['a', '…', 'd'], ['a', 'b', 'c', 'd'], true],
    [['a', '…', 'd'], ['a', 'd'], true],
    [['a', '…'], ['a'], true],
    [['a', '…', 'd'], ['a', 'b'], false],
    [['1.5'], ['125'], false],
    [['a-b/c …'], ['a-b/c {d}'], true],
  ])('%j and %j: %s', (expected, printed, same) => {
    expect(matchOutput(expected, printed) === undefined).toBe(same);
  });

  it('a guide that is true has no failures, and one bash runs all of it', async () => {
    expect(await run(['sh', 'A=1'], ['text'], ['sh', 'echo "$A"; echo two >&2'], ['text', '1', 'two'])).toEqual([]);
  });

  it('names guide and line of a failing command, of wrong output, and of output of a function', async () => {
    expect(await run(['sh', 'true'], ['sh', 'echo before', 'false', 'echo after'])).toEqual([
      expect.stringMatching(/^one\.md:6: this command failed, after\n.*before/s),
    ]);
    expect(await run(['sh', 'echo 1'], ['text', '2'])).toEqual([expect.stringMatching(/^one\.md:5: expected\n {2}2/)]);
    expect(await run(['sh', 'f() { false; }', 'f'])).toEqual([expect.stringMatching(/^one\.md:2: this command/)]);
    expect(await run(['sh', 'X=$(false | cat)'])).toEqual([expect.stringMatching(/^one\.md:2: this command/)]);
    expect(await run(['sh', 'echo $UNSET'])).toEqual([expect.stringMatching(/^one\.md: ended early.*line 2/s)]);
    expect(await run(['sh', 'exit 0'])).toEqual([expect.stringMatching(/^one\.md: ended early/)]);
    expect(await run(['sh', 'npx other'])).toEqual([expect.stringMatching(/^one\.md:2: this command/)]);
  });
});
