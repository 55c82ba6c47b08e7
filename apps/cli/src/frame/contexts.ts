import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliFailure } from './cli-failure.js';

export interface Context {
  url: string;
  token: string;
}

export interface Contexts {
  current?: string;
  contexts: Record<string, Context>;
}

export async function readContexts(path: string): Promise<Contexts> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return { contexts: {} };
  try {
    const parsed = JSON.parse(text) as Partial<Contexts>;
    const contexts = Object.assign(Object.create(null), parsed.contexts) as Contexts['contexts'];
    return parsed.current === undefined ? { contexts } : { current: parsed.current, contexts };
  } catch {
    throw new CliFailure(`${path} is not valid JSON.`, 'Mend or remove it, then add the contexts again.');
  }
}

/** Holds tokens, so only its owner may read it; written beside first, so that a crash leaves the old one whole. */
export async function writeContexts(path: string, contexts: Contexts): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}.tmp`;
  await writeFile(beside, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 });
  await chmod(beside, 0o600);
  await rename(beside, path);
}

export function contextNamed(known: Contexts, name: string, path: string): Context {
  const context = known.contexts[name];
  if (context) return context;
  const names = Object.keys(known.contexts);
  throw new CliFailure(
    `There is no context "${name}" in ${path}.`,
    names.length > 0
      ? `There are: ${names.join(', ')}.`
      : `Add it: windlass context add ${name} --url URL --token TOKEN`,
  );
}
