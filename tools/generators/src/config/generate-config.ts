import { readCheck, tellStale, writeFiles } from '../write-files.js';
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
  return writeFiles(root, files, check);
}

/** The command: with --check it fails when something differs. */
export function runConfig(root: string, args: string[]): void {
  const check = readCheck('config', args);
  tellStale('config', generateConfig({ root, check }), check);
}
