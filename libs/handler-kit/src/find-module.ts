import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

type Found = { path: string } | { problem: string };

/**
 * From a handler specifier to a module's file. Node's own resolver is of no use here: `import.meta.resolve` starts from
 * this file, not from `baseDir`, and `require.resolve` does not see packages that have only an "import" condition.
 */
export function findModule(specifier: string, baseDir: string): Found {
  if (specifier === '') return { problem: 'the name is empty' };
  if (specifier.startsWith('file:')) return findPath(fileURLToPath(specifier));
  const path = resolve(baseDir, specifier);
  if (isAbsolute(specifier) || /^\.{1,2}(\/|\\|$)/.test(specifier)) return findPath(path);

  const [, name, subpath] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.*))?$/.exec(specifier) ?? [];
  const directory = name === undefined ? undefined : findPackage(name, baseDir);
  if (directory !== undefined) return findEntry(directory, subpath === undefined ? '.' : `./${subpath}`);
  if (kindOf(path) !== undefined) return findPath(path);
  return { problem: `no such package is installed for ${baseDir}, and there is no file ${path}` };
}

function findPath(path: string): Found {
  const kind = kindOf(path);
  if (kind === 'file') return { path };
  if (kind === 'directory') return findEntry(path, '.');
  return { problem: `there is no file ${path}` };
}

function findPackage(name: string, baseDir: string): string | undefined {
  for (let directory = resolve(baseDir); ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name);
    if (kindOf(join(candidate, 'package.json')) === 'file') return candidate;
    if (dirname(directory) === directory) return undefined;
  }
}

/** The entry by Node's rules for ESM: `exports`, else `main`, else index.js. */
function findEntry(directory: string, subpath: string): Found {
  let manifest: { exports?: unknown; main?: unknown };
  try {
    manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  } catch (error) {
    return { problem: `${join(directory, 'package.json')} cannot be read (${(error as Error).message})` };
  }
  const target = entryOf(manifest, subpath);
  if (target === undefined) return { problem: `${directory} does not export "${subpath}"` };
  const path = join(directory, target);
  return kindOf(path) === 'file' ? { path } : { problem: `its entry ${path} does not exist (built already?)` };
}

function entryOf(manifest: { exports?: unknown; main?: unknown }, subpath: string): string | undefined {
  const { exports, main } = manifest;
  if (exports === undefined) return subpath !== '.' ? subpath : typeof main === 'string' ? main : 'index.js';
  const bySubpath =
    typeof exports === 'object' && exports !== null && Object.keys(exports).some((k) => k.startsWith('.'));
  if (bySubpath) return targetOf((exports as Record<string, unknown>)[subpath]);
  return subpath === '.' ? targetOf(exports) : undefined;
}

function targetOf(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null) return undefined;
  for (const [condition, value] of Object.entries(target)) {
    if (!['node', 'import', 'module-sync', 'default'].includes(condition)) continue;
    const found = targetOf(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function kindOf(path: string): 'file' | 'directory' | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? 'file' : stats?.isDirectory() ? 'directory' : undefined;
}
