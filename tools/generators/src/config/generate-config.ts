import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ConfigSource, configSources } from './config-sources.js';
import { writeEnvExample } from './write-env-example.js';
import { writePage } from './write-page.js';

export interface ConfigOptions {
  root: string;
  /** Compare only. */
  check: boolean;
  sources?: ConfigSource[];
}

/** Writes the configuration page and each app's `.env.example`. Answers the paths that differed. */
export function generateConfig({ root, check, sources = configSources() }: ConfigOptions): string[] {
  const files = new Map([['docs/configuration.md', writePage(sources)]]);
  for (const source of sources) files.set(`apps/${source.app}/.env.example`, writeEnvExample(source));
  const stale = [...files].filter(([path, text]) => textAt(join(root, path)) !== text);
  if (!check) for (const [path, text] of stale) write(join(root, path), text);
  return stale.map(([path]) => path);
}

/** The command: with --check it fails when something differs. */
export function runConfig(root: string, args: string[]): void {
  const check = args.includes('--check');
  const unknown = args.filter((each) => each !== '--check');
  if (unknown.length > 0) throw new TypeError(`Unknown: ${unknown.join(' ')}. Usage: pnpm g config [--check]`);
  const stale = generateConfig({ root, check });
  if (check && stale.length > 0) throw new Error(`Not up to date: ${stale.join(', ')}. Run: pnpm g config`);
  console.log(stale.length === 0 ? 'The configuration page is up to date.' : `Wrote ${stale.join(', ')}`);
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
