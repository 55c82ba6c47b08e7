import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { checkDefinition } from './check-definition.js';
import type { JobDefinition } from './define-job.js';
import { exportedDefinitions } from './exported-definitions.js';
import { findModule } from './find-module.js';

// biome-ignore lint/suspicious/noExplicitAny: payload and result types are the handler's own business.
export type AnyDefinition = Readonly<JobDefinition<any, any>>;

/** A definition and where it came from, so that a child can import the same. */
export interface LoadedHandler {
  definition: AnyDefinition;
  /** Absolute file: URL. */
  module: string;
  /** Index in the module's default export; 0 when that is a single definition. */
  exportIndex: number;
}

/** A handler package that cannot be used; the message names the specifier as it was given. */
export class HandlerLoadError extends Error {
  override readonly name = 'HandlerLoadError';
}

/**
 * Imports handler packages and files. A specifier is a package's name, a path relative to `baseDir` (a module, or a
 * directory with a package.json), or a file: URL.
 * @throws HandlerLoadError for the first one that cannot be used
 */
export async function loadHandlers(
  specifiers: readonly string[],
  options: { baseDir: string },
): Promise<LoadedHandler[]> {
  const loaded: LoadedHandler[] = [];
  const origins = new Map<string, string>();
  for (const specifier of specifiers) {
    for (const handler of await loadOne(specifier, options.baseDir)) {
      const identity = `${handler.definition.name} version ${handler.definition.version ?? 1}`;
      const earlier = origins.get(identity);
      if (earlier !== undefined) {
        throw new HandlerLoadError(`Handler "${specifier}": ${identity} is already defined by "${earlier}".`);
      }
      origins.set(identity, specifier);
      loaded.push(handler);
    }
  }
  return loaded;
}

async function loadOne(specifier: string, baseDir: string): Promise<LoadedHandler[]> {
  const found = findModule(specifier, baseDir);
  if ('problem' in found) throw new HandlerLoadError(`Handler "${specifier}": ${found.problem}.`);
  const module = pathToFileURL(realpathSync(found.path)).href;
  let definitions: unknown[];
  try {
    definitions = exportedDefinitions((await import(module)) as object);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new HandlerLoadError(`Handler "${specifier}": importing it failed: ${text}`, { cause: error });
  }
  if (definitions.length === 0) {
    throw new HandlerLoadError(
      `Handler "${specifier}": its default export must be a job definition or an array of them.`,
    );
  }
  return definitions.map((definition, exportIndex) => {
    try {
      checkDefinition(definition);
    } catch (error) {
      throw new HandlerLoadError(`Handler "${specifier}": ${(error as Error).message}`, { cause: error });
    }
    return { definition: definition as AnyDefinition, module, exportIndex };
  });
}
