import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HANDLER_VARIABLES } from '@windlass/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigSource, configSources } from './config-sources.js';
import { generateConfig } from './generate-config.js';

const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url));
const HTTP_NAMES = ['HTTP_ALLOW', 'HTTP_SECRET_<NAME>', 'HTTP_SECRET_<NAME>_FILE', 'HTTP_SECRET_<NAME>_ORIGINS'];
const plain = { example: undefined, unit: undefined, secret: false, required: '' };
const sources: ConfigSource[] = [
  {
    app: 'mill',
    about: 'Grinds.',
    variables: [
      { ...plain, name: 'GRAIN', description: 'One of a|b.', default: 'a' },
      {
        ...plain,
        name: 'KEY',
        description: 'Opens it.',
        default: undefined,
        secret: true,
        required: 'yes',
        example: 'k-1',
      },
    ],
  },
];
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'windlass-config-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the configuration generator', () => {
  it('writes a row for each variable, and an open line only for what must be set', () => {
    expect(generateConfig({ root, check: false, sources })).toEqual([
      'docs/configuration.md',
      'apps/mill/.env.example',
    ]);
    const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
    expect(page).toContain('| `GRAIN` | `a` |  |  | One of a\\|b. |');
    expect(page).toContain('| `KEY` |  | yes | yes | Opens it. Example: `k-1` |');
    const example = readFileSync(join(root, 'apps/mill/.env.example'), 'utf8');
    expect(example.split('\n').filter((line) => line && !line.startsWith('#'))).toEqual(['KEY=']);
  });

  it('names what differs, and with check changes nothing', () => {
    generateConfig({ root, check: false, sources });
    expect(generateConfig({ root, check: true, sources })).toEqual([]);
    writeFileSync(join(root, 'apps/mill/.env.example'), 'KEY=edited\n');
    expect(generateConfig({ root, check: true, sources })).toEqual(['apps/mill/.env.example']);
    expect(readFileSync(join(root, 'apps/mill/.env.example'), 'utf8')).toBe('KEY=edited\n');
  });

  it('knows every app, and no secret of theirs has a default', () => {
    const all = configSources();
    expect(all.map(({ app }) => app)).toEqual(['gateway', 'core-api', 'scheduler', 'worker', 'host', 'cli']);
    for (const { app, variables } of all) {
      expect(variables.length, app).toBeGreaterThan(0);
      expect(
        variables.filter((each) => each.secret && each.default !== undefined),
        app,
      ).toEqual([]);
    }
  });

  it("lists with the worker's variables what its built-in handlers read by themselves", () => {
    generateConfig({ root, check: false });
    const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
    const [, worker = ''] = page.split(/^## worker$/m);
    const [rows = ''] = worker.split(/^## /m);
    const example = readFileSync(join(root, 'apps/worker/.env.example'), 'utf8');
    const names = HANDLER_VARIABLES.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(HTTP_NAMES));
    for (const name of names) {
      expect(rows, name).toContain(`\n| \`${name}\` |`);
      expect(example, name).toContain(`\n# ${name}=\n`);
    }
  });

  it('is up to date in this repository', () => {
    expect(generateConfig({ root: REPOSITORY, check: true })).toEqual([]);
  });
});
