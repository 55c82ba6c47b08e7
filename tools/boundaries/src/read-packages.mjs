import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The packages below apps, libs and tools: `{folder, name, manifest, files}`, with paths relative to the root. A folder of apps
 * or libs without a package.json is looked into one level deeper (families such as libs/handlers) and listed by itself when
 * nothing is there either, so that nobody slips in beside the packages.
 */
export function readPackages(root) {
  return ['apps', 'libs', 'tools'].flatMap((kind) =>
    foldersIn(root, kind).flatMap((folder) => packagesAt(root, folder)),
  );
}

function packagesAt(root, folder) {
  if (existsSync(join(root, folder, 'package.json'))) return [readPackage(root, folder)];
  const inside = foldersIn(root, folder).filter((each) => existsSync(join(root, each, 'package.json')));
  if (inside.length > 0) return inside.map((each) => readPackage(root, each));
  // Plain scripts are fine among the tools: nothing can import them by name.
  const stray = !folder.startsWith('tools/') && sourceFiles(root, folder).length > 0;
  return stray ? [{ folder, name: undefined, manifest: {}, files: sourceFiles(root, folder) }] : [];
}

function readPackage(root, folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const files = ['src', 'bin'].flatMap((part) => sourceFiles(root, `${folder}/${part}`));
  return { folder, name: manifest.name, manifest, files };
}

const SKIPPED = new Set(['node_modules', 'dist']);

function sourceFiles(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (statSync(join(root, path)).isDirectory()) return SKIPPED.has(name) ? [] : sourceFiles(root, path);
    return /\.(ts|mts|tsx|mjs|js)$/.test(name) ? [path] : [];
  });
}

function foldersIn(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !SKIPPED.has(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => `${folder}/${entry.name}`);
}
