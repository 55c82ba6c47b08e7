import { readFileSync, statSync } from 'node:fs';
import { type AllowList, parseAllowList } from '../guard/allow-list.js';
import { VARIABLES } from './http-variables.js';
import { listOf } from './list-of.js';
import { readSecrets, type Secret } from './read-secrets.js';

export interface HttpConfig {
  allow: AllowList;
  /** By name. */
  secrets: ReadonlyMap<string, Secret>;
}

/** More is not a secret but a wrong path. */
const MAX_SECRET_FILE_BYTES = 65_536;

/**
 * Reads what http-variables.ts lists.
 * @throws Error that names every fault, without a secret's value
 */
export function loadHttpConfig(env: NodeJS.ProcessEnv = process.env): HttpConfig {
  const faults: string[] = [];
  const allowFaults: string[] = [];
  const allow = parseAllowList(listOf(env[VARIABLES.allow.name]), allowFaults);
  for (const each of allowFaults) faults.push(`${VARIABLES.allow.name}: ${each}`);
  const secrets = readSecrets(env, { readFile: readSecretFile, faults });
  if (faults.length > 0) throw new Error(faults.join('; '));
  return { allow, secrets };
}

/** @throws Error whose message is a sentence about the file */
function readSecretFile(path: string): string {
  let text: string;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new Error('is not a regular file');
    if (stat.size > MAX_SECRET_FILE_BYTES) throw new Error(`is larger than ${MAX_SECRET_FILE_BYTES} bytes`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`the file ${path} ${code ? `cannot be read (${code})` : message}`);
  }
  // Editors and `echo` end a file with a newline that is no part of the secret.
  return text.replace(/\r?\n$/, '');
}
