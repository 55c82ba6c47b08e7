import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Brings generated files up to date; with `check` it only compares. Answers the paths that differed.
 * @param files texts by path from the root
 */
export function writeFiles(root: string, files: ReadonlyMap<string, string>, check: boolean): string[] {
  const stale = [...files].filter(([path, text]) => textAt(join(root, path)) !== text);
  if (!check) for (const [path, text] of stale) write(join(root, path), text);
  return stale.map(([path]) => path);
}

/** The one option that a command which writes files has. @throws TypeError for any other */
export function readCheck(command: string, args: string[]): boolean {
  const unknown = args.filter((each) => each !== '--check');
  if (unknown.length > 0) throw new TypeError(`Unknown: ${unknown.join(' ')}. Usage: pnpm g ${command} [--check]`);
  return args.includes('--check');
}

/** Says what was done; with `check` it fails when something differed. */
export function tellStale(command: string, stale: string[], check: boolean): void {
  if (check && stale.length > 0) throw new Error(`Not up to date: ${stale.join(', ')}. Run: pnpm g ${command}`);
  console.log(stale.length === 0 ? 'Up to date.' : `Wrote ${stale.join(', ')}`);
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
