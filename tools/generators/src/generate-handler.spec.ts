import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateHandler } from './generate-handler.js';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const COPIED = [
  ...['tsconfig.json', 'tsconfig.base.json', 'libs/handler-kit/package.json', 'libs/handler-kit/tsconfig.json'],
  ...['libs/handler-kit/src', 'apps/worker/package.json', 'apps/worker/tsconfig.json'],
  'apps/worker/src/built-in-handlers.ts',
];

describe('pnpm g handler', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'windlass-generate-'));
    for (const path of COPIED) {
      cpSync(join(REPOSITORY, path), join(root, path), { recursive: true, filter: (from) => !from.includes('.spec.') });
    }
    mkdirSync(join(root, 'node_modules/@windlass'), { recursive: true });
    symlinkSync(join(root, 'libs/handler-kit'), join(root, 'node_modules/@windlass/handler-kit'));
    for (const name of ['@types', 'vitest'])
      symlinkSync(join(REPOSITORY, 'node_modules', name), join(root, 'node_modules', name));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const read = (path: string) => readFileSync(join(root, path), 'utf8');

  it('makes a package that compiles with its spec and runs, and gives it to the worker', async () => {
    const { created, changed } = generateHandler({ root, name: 'report.pdf' });
    expect(created).toContain('libs/handlers/report/src/report-pdf.ts');
    for (const path of [...created, ...changed]) expect(existsSync(join(root, path))).toBe(true);

    execFileSync(join(REPOSITORY, 'node_modules/.bin/tsc'), ['-b', 'libs/handlers/report'], {
      cwd: root,
      stdio: 'pipe',
    });
    expect(existsSync(join(root, 'libs/handlers/report/dist/report-pdf.spec.js'))).toBe(true);
    const url = pathToFileURL(join(root, 'libs/handlers/report/dist/index.js')).href;
    const [definition] = (
      (await import(/* @vite-ignore */ url)) as {
        default: { name: string; run: (payload: unknown, context: unknown) => unknown }[];
      }
    ).default;
    expect(definition!.name).toBe('report.pdf');
    const context = { signal: new AbortController().signal, progress: () => {} };
    expect(definition!.run({ text: 'a' }, context)).toEqual({ text: 'A' });

    const paths = (file: string) =>
      JSON.parse(read(file)).references.map((reference: { path: string }) => reference.path);
    expect(paths('tsconfig.json')).toContain('libs/handlers/report');
    expect(paths('apps/worker/tsconfig.json')).toContain('../../libs/handlers/report');
    expect(JSON.parse(read('apps/worker/package.json')).dependencies['@windlass/handler-report']).toBe('workspace:*');
    const list = read('apps/worker/src/built-in-handlers.ts');
    expect(list).toContain("  import.meta.resolve('@windlass/handler-report'),\n];");
    expect(list).toContain("'@windlass/handler-hash'");
  });

  it('a second type of the family joins its package', () => {
    generateHandler({ root, name: 'report.pdf' });
    const worker = read('apps/worker/package.json');
    expect(generateHandler({ root, name: 'report.csv-wide' }).changed).toEqual(['libs/handlers/report/src/index.ts']);
    expect(read('libs/handlers/report/src/index.ts')).toContain('export default [reportPdfJob, reportCsvWideJob];');
    expect(read('apps/worker/package.json')).toBe(worker);
  });

  it('names that are reserved words or begin with a digit make code that compiles', () => {
    generateHandler({ root, name: 'delete' });
    generateHandler({ root, name: '3d.render' });
    const tsc = join(REPOSITORY, 'node_modules/.bin/tsc');
    execFileSync(tsc, ['-b', 'libs/handlers/delete', 'libs/handlers/3d'], { cwd: root, stdio: 'pipe' });
  });

  it('refuses a bad name and an existing type, and changes nothing', () => {
    expect(() => generateHandler({ root, name: 'Report PDF' })).toThrow('name must be');
    expect(() => generateHandler({ root, name: '../x' })).toThrow('name must be');
    generateHandler({ root, name: 'greet' });
    const before = COPIED.filter((path) => /\.(json|ts)$/.test(path)).map(read);
    expect(() => generateHandler({ root, name: 'greet' })).toThrow('exists already');
    expect(COPIED.filter((path) => /\.(json|ts)$/.test(path)).map(read)).toEqual(before);
  });
});
