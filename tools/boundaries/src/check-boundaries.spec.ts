import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript: it runs before anything is compiled
import { checkBoundaries } from './check-boundaries.mjs';

interface Violation {
  rule: string;
  where: string;
  text: string;
}

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'windlass-boundaries-'));
  addPackage('libs/faults', 'faults');
  addPackage('libs/clock', 'clock');
  addPackage('libs/handler-kit', 'handler-kit');
  addPackage('libs/store', 'store', ['faults', 'clock']);
  addPackage('libs/handlers/hash', 'handler-hash', ['handler-kit']);
  addPackage('libs/testing', 'testing');
  addPackage('apps/worker', 'worker', ['faults', 'handler-hash', 'store'], ['testing']);
  addPackage('apps/gateway', 'gateway', ['store', 'handler-hash']);
  addPackage('apps/core-api', 'core-api', ['store', 'gateway']);
  write('libs/store/src/index.ts', `import { fault } from '@windlass/faults';\nexport class Job { broken = fault; }\n`);
  write('apps/core-api/src/index.ts', `export { Job } from '@windlass/store';\n`);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the boundary check', () => {
  it('lets a tree pass that keeps the rules, and has read all of it', () => {
    expect(checkBoundaries(root)).toEqual({ files: 9, violations: [] });
  });

  it.each([
    ['a value', `import { Job } from '@windlass/store';\nnew Job();\n`],
    ['only a type', `import type { Job } from '@windlass/store';\nexport type Mine = Job;\n`],
    ['a type inside a type', `export type Mine = import('@windlass/store').Job;\n`],
    ['a re-export', `export * from '@windlass/store';\n`],
    ['an import at run time', `export const load = () => import('@windlass/store');\n`],
    ['require', `export const store = require('@windlass/store');\n`],
    [
      'a type that a decorated class needs',
      `import { Job } from '@windlass/store';\nconst d: any = 0;\n@d()\nexport class A { constructor(private readonly job: Job) {} }\n`,
    ],
  ])('finds a worker that imports the store as %s', (_how, source) => {
    write('apps/worker/src/planted.ts', source);
    expect(broken()).toEqual([
      expect.stringMatching(/^layer apps\/worker\/src\/planted\.ts:\d+ apps\/worker must not import libs\/store/),
    ]);
  });

  it('finds a gateway that imports the store or a handler', () => {
    write('apps/gateway/src/planted.ts', `import '@windlass/store';\nimport '@windlass/handler-hash';\n`);
    expect(broken()).toEqual([
      expect.stringContaining('layer apps/gateway/src/planted.ts:1 apps/gateway must not import libs/store'),
      expect.stringContaining('layer apps/gateway/src/planted.ts:2 apps/gateway must not import libs/handlers/hash'),
    ]);
  });

  it('finds an app that imports another one, and a lib that imports an app', () => {
    write('apps/core-api/src/planted.ts', `import '@windlass/gateway';\n`);
    addPackage('libs/client', 'client', ['gateway']);
    write('libs/client/src/planted.ts', `import '@windlass/gateway';\n`);
    expect(broken()).toEqual([
      expect.stringContaining('apps/core-api must not import apps/gateway'),
      expect.stringContaining('libs/client must not import apps/gateway'),
    ]);
  });

  it('finds a lower lib that imports a higher one', () => {
    addPackage('libs/faults', 'faults', ['store']);
    write('libs/faults/src/planted.ts', `import '@windlass/store';\n`);
    expect(rules()).toEqual(['layer', 'cycle']);
  });

  it('finds a kit for users that imports anything of ours', () => {
    addPackage('libs/handler-kit', 'handler-kit', ['faults']);
    write('libs/handler-kit/src/planted.ts', `import '@windlass/faults';\n`);
    expect(rules()).toEqual(['layer']);
  });

  it('finds an import that the package does not declare, ours or not', () => {
    write('libs/store/src/planted.ts', `import 'left-pad';\nimport '@windlass/clock';\nimport 'node:fs';\n`);
    expect(broken()).toEqual([expect.stringContaining('declared libs/store/src/planted.ts:1 left-pad is not in')]);
  });

  it('lets a spec import what is for tests, and nothing else', () => {
    write('apps/worker/src/a.spec.ts', `import 'vitest';\nimport '@windlass/testing';\n`);
    expect(rules()).toEqual([]);
    write('apps/worker/src/a.ts', `import '@windlass/testing';\n`);
    expect(rules()).toEqual(['declared', 'layer']);
  });

  it('lets specs of the host alone start all services together', () => {
    addPackage('tools/testbed', 'testbed');
    addPackage('apps/host', 'host', [], ['testbed']);
    addPackage('apps/gateway', 'gateway', [], ['testbed']);
    for (const app of ['host', 'gateway']) write(`apps/${app}/src/a.int-spec.ts`, `import '@windlass/testbed';\n`);
    expect(broken()).toEqual([
      'layer apps/gateway/src/a.int-spec.ts:1 apps/gateway must not import tools/testbed (@windlass/testbed)',
    ]);
  });

  it('finds an import past the public index, by name or by path', () => {
    write(
      'apps/core-api/src/planted.ts',
      `import '@windlass/store/dist/secret.js';\nimport '../../../libs/store/src/index.js';\n`,
    );
    expect(rules()).toEqual(['public', 'relative']);
  });

  it('finds files that import each other in a circle, through types as well', () => {
    write('libs/store/src/a.ts', `import { b } from './b.js';\nexport type A = typeof b;\n`);
    write('libs/store/src/b.ts', `import type { A } from './a.js';\nexport const b = (a: A): A => a;\n`);
    expect(broken()).toEqual([expect.stringContaining('libs/store/src/a.ts, libs/store/src/b.ts')]);
  });

  it('finds a package that no rule covers, one without a tag, and sources beside the packages', () => {
    addPackage('libs/newcomer', 'newcomer');
    write('libs/clock/package.json', JSON.stringify({ name: '@windlass/clock' }));
    write('apps/stray/src/index.ts', 'export {};\n');
    expect(rules()).toEqual(expect.arrayContaining(['covered', 'tagged']));
    expect(broken().join('\n')).toMatch(/libs\/newcomer stands in no line/);
    expect(broken().join('\n')).toMatch(/apps\/stray stands in no line/);
    expect(broken().join('\n')).toMatch(/tagged libs\/clock/);
  });
});

function broken(): string[] {
  return (checkBoundaries(root).violations as Violation[]).map(({ rule, where, text }) => `${rule} ${where} ${text}`);
}

function rules(): string[] {
  return (checkBoundaries(root).violations as Violation[]).map(({ rule }) => rule);
}

function addPackage(folder: string, name: string, dependencies: string[] = [], devDependencies: string[] = []): void {
  const wanted = (names: string[]) => Object.fromEntries(names.map((each) => [`@windlass/${each}`, 'workspace:*']));
  const kind = { apps: 'kind:app', libs: 'kind:lib', tools: 'kind:tool' }[folder.split('/')[0] as string];
  const manifest = {
    name: `@windlass/${name}`,
    exports: { '.': './dist/index.js' },
    dependencies: wanted(dependencies),
    devDependencies: wanted(devDependencies),
    nx: { tags: [kind] },
  };
  write(`${folder}/package.json`, JSON.stringify(manifest));
  write(`${folder}/src/index.ts`, 'export {};\n');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
