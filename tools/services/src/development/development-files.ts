import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const stateDirOf = (root: string) => join(root, '.windlass', 'services');
export const envFileOf = (root: string) => join(root, '.env.local');

/** Secrets that no server holds: they must stay the same as long as the data does. */
export interface DevelopmentSecrets {
  enginePassword: string;
  readerPassword: string;
  jwtSecret: string;
}

/** The secrets of this checkout, made on the first call. */
export function keepSecrets(root: string, make: () => DevelopmentSecrets): DevelopmentSecrets {
  const file = join(stateDirOf(root), 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DevelopmentSecrets;
  const secrets = make();
  mkdirSync(dirname(file), { recursive: true });
  writePrivate(file, `${JSON.stringify(secrets)}\n`);
  return secrets;
}

/** Sets our variables in `.env.local`; lines of other variables, and comments, stay as the user wrote them. */
export function writeEnvFile(root: string, variables: Record<string, string>): void {
  const file = envFileOf(root);
  const before = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : ['# Written by `pnpm services up`.'];
  const kept = before.filter((line) => !(line.split('=')[0]!.trim() in variables) && line.trim() !== '');
  const ours = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  writePrivate(file, `${[...kept, ...ours].join('\n')}\n`);
}

function writePrivate(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}
