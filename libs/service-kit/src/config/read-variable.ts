import { readFileSync, statSync } from 'node:fs';
import type { EnvField } from './env.decorator.js';

/** More is not a secret but a wrong path. */
const MAX_SECRET_FILE_BYTES = 65_536;

export type Variable = { text: string | undefined } | { fault: string };

/** The variable's text: its own, or for a secret that of the file which `NAME_FILE` names. Empty counts as unset. */
export function readVariable(field: EnvField, env: NodeJS.ProcessEnv): Variable {
  const text = env[field.name] || undefined;
  const path = (field.secret && env[`${field.name}_FILE`]) || undefined;
  if (path === undefined) return { text };
  if (text !== undefined) return { fault: `is set, and ${field.name}_FILE as well; keep one of them` };
  return readSecretFile(field, path);
}

function readSecretFile(field: EnvField, path: string): Variable {
  const where = `the file ${path} of ${field.name}_FILE`;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { fault: `${where} is not a regular file` };
    if (stat.size > MAX_SECRET_FILE_BYTES) return { fault: `${where} is larger than ${MAX_SECRET_FILE_BYTES} bytes` };
    // Editors and `echo` end a file with a newline that is no part of the secret.
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? { fault: `${where} is empty; write the secret into it` } : { text };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return { fault: `${where} cannot be read (${code}); create it, readable by this user` };
  }
}
