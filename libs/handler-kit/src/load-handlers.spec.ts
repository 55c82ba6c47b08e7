import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandlerLoadError, loadHandlers } from './load-handlers.js';

const definition = (name: string, more = '') => `{ name: '${name}', payload: {}, result: {}, run: () => 1 ${more} }`;

describe('loadHandlers', () => {
  let baseDir: string;
  beforeEach(() => {
    baseDir = mkdtempSync(join(tmpdir(), 'windlass-load-'));
  });
  afterEach(() => rmSync(baseDir, { recursive: true, force: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(baseDir, path)), { recursive: true });
    writeFileSync(join(baseDir, path), text);
  };
  const load = (...specifiers: string[]) => loadHandlers(specifiers, { baseDir });

  it('takes files, directories, packages and URLs, and says where a child finds each', async () => {
    write('greet.mjs', `export default ${definition('greet')}`);
    write('dir/package.json', '{"main":"./main.cjs"}');
    write('dir/main.cjs', `module.exports = [${definition('one')}, ${definition('two', ', version: 2')}]`);
    write(
      'node_modules/@me/jobs/package.json',
      '{"type":"module","exports":{".":{"import":"./in.js"},"./more":"./more.js"}}',
    );
    write('node_modules/@me/jobs/in.js', `export default [${definition('mine')}]`);
    write('node_modules/@me/jobs/more.js', `export default ${definition('more')}`);
    write('url.mjs', `export default ${definition('url')}`);
    const url = pathToFileURL(join(baseDir, 'url.mjs')).href;
    const loaded = await load('./greet.mjs', join(baseDir, 'dir'), '@me/jobs', '@me/jobs/more', url);
    expect(loaded.map(({ definition: { name }, exportIndex }) => [name, exportIndex])).toEqual([
      ...[
        ['greet', 0],
        ['one', 0],
        ['two', 1],
        ['mine', 0],
        ['more', 0],
        ['url', 0],
      ],
    ]);
    for (const { module } of loaded) expect(module).toMatch(/^file:\/\/\//);
    expect(loaded[3]!.module).toMatch(/@me\/jobs\/in\.js$/);
  });

  it('takes a bare file name where no package has that name', async () => {
    write('jobs/greet.mjs', `export default ${definition('greet')}`);
    expect(await load('jobs/greet.mjs')).toHaveLength(1);
  });

  it.each([
    ['./no-such.mjs', 'there is no file'],
    ['no-such-package', 'no such package is installed'],
    ['', 'the name is empty'],
    ['./broken.mjs', 'importing it failed'],
    ['./bare.mjs', 'default export must be'],
    ['./invalid.mjs', 'name must be'],
    ['./unbuilt', 'does not exist (built already?)'],
  ])('refuses %j and names it', async (specifier, message) => {
    write('broken.mjs', 'throw new Error("boom")');
    write('bare.mjs', 'export const job = 1');
    write('invalid.mjs', `export default ${definition('Not A Name')}`);
    write('unbuilt/package.json', '{"exports":"./dist/index.js"}');
    const failure = await load(specifier).catch((error: Error) => error);
    expect(failure).toBeInstanceOf(HandlerLoadError);
    expect((failure as Error).message).toContain(`"${specifier}"`);
    expect((failure as Error).message).toContain(message);
  });

  it('refuses two of one name and version, and takes two versions', async () => {
    write('a.mjs', `export default ${definition('same')}`);
    write('b.mjs', `export default ${definition('same')}`);
    write('c.mjs', `export default ${definition('same', ', version: 2')}`);
    await expect(load('./a.mjs', './b.mjs')).rejects.toThrow(
      '"./b.mjs": same version 1 is already defined by "./a.mjs"',
    );
    expect(await load('./a.mjs', './c.mjs')).toHaveLength(2);
  });
});
