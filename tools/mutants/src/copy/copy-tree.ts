import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Not part of what runs, or not to be shared. */
const LEFT_OUT = new Set(['.git', '.nx', '.windlass', 'coverage', 'node_modules']);
/** Caches of the tests. */
const LEFT_OUT_OF_MODULES = new Set(['.vite', '.vite-temp']);

/**
 * Copies a built working tree: sources, what was compiled, each package's links. The links between packages are relative, so inside the
 * copy `@windlass/*` are the copy's own; only what comes from the registry is shared, by one link.
 * @param into a directory that exists and is empty
 */
export function copyTree(root: string, into: string): void {
  const options = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true } as const;
  for (const name of readdirSync(root)) {
    if (!LEFT_OUT.has(name)) cpSync(join(root, name), join(into, name), { ...options, filter: isSource });
  }
  const modules = join(into, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const from = join(root, 'node_modules', name);
    if (name === '.pnpm') symlinkSync(from, join(modules, name), 'dir');
    else if (!LEFT_OUT_OF_MODULES.has(name)) cpSync(from, join(modules, name), options);
  }
}

/** A package's own node_modules holds links only, and is wanted. */
const isSource = (path: string): boolean => basename(path) === 'node_modules' || !LEFT_OUT.has(basename(path));
