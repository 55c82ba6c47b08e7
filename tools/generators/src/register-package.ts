interface Tsconfig {
  references?: { path: string }[];
}
interface Manifest {
  dependencies?: Record<string, string>;
}

/** Adds a project reference to a tsconfig.json, behind its other handlers. */
export function addReference(text: string, path: string): string {
  const config = JSON.parse(text) as Tsconfig;
  const references = config.references ?? [];
  const last = references.findLastIndex((reference) => reference.path.includes('libs/handlers/'));
  references.splice(last < 0 ? references.length : last + 1, 0, { path });
  return print({ ...config, references });
}

/** Adds a workspace package to a package.json's dependencies, behind its other handlers. */
export function addDependency(text: string, name: string): string {
  const manifest = JSON.parse(text) as Manifest;
  const entries = Object.entries(manifest.dependencies ?? {});
  const last = entries.findLastIndex(([other]) => other.startsWith('@windlass/handler-'));
  entries.splice(last < 0 ? entries.length : last + 1, 0, [name, 'workspace:*']);
  return print({ ...manifest, dependencies: Object.fromEntries(entries) });
}

/** Adds an entry to the last array that a module ends with, on one line or on several. */
export function insertInList(text: string, entry: string): string {
  const list = /\[(?<entries>[^[\]]*)\];\s*$/.exec(text);
  if (!list) throw new Error('It does not end with a plain array of entries, so the new one must be added by hand.');
  const entries = list.groups!.entries!;
  const before = text.slice(0, list.index);
  if (entries.includes('\n')) return `${before}[${entries.trimEnd().replace(/,?$/, ',')}\n  ${entry},\n];\n`;
  return `${before}[${entries.trim() === '' ? entry : `${entries.trim()}, ${entry}`}];\n`;
}

function print(value: unknown): string {
  // As the formatter has it: a list of one stands on one line.
  return `${JSON.stringify(value, null, 2).replace(/\[\n\s+("[^"\n]*")\n\s+\]/g, '[$1]')}\n`;
}
