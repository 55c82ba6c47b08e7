import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineJob } from '@windlass/handler-kit';
import {
  type HandlerNames,
  handlerIndex,
  handlerPackage,
  handlerSource,
  handlerSpec,
  handlerTsconfig,
} from './handler-templates.js';
import { addDependency, addReference, insertInList } from './register-package.js';

export interface Generated {
  created: string[];
  changed: string[];
  nextSteps: string[];
}

/**
 * Makes a job type in libs/handlers/<family> and makes the worker's own: `report.pdf` becomes report-pdf.ts in the
 * package @windlass/handler-report, which a later `report.csv` joins.
 * @throws TypeError for a name that is no job type's; Error, having written nothing, if the type exists
 */
export function generateHandler({ root, name }: { root: string; name: string }): Generated {
  defineJob({ name, payload: {}, result: {}, run: () => null });
  const names = namesOf(name);
  const directory = `libs/handlers/${names.family}`;
  const files = new Map<string, string>();
  const edits = new Map<string, (text: string) => string>();

  files.set(`${directory}/src/${names.file}.ts`, handlerSource(names));
  files.set(`${directory}/src/${names.file}.spec.ts`, handlerSpec(names));
  const index = `${directory}/src/index.ts`;
  if (existsSync(join(root, directory))) {
    edits.set(index, (text) => joinFamily(text, names));
  } else {
    files.set(index, handlerIndex(names));
    files.set(`${directory}/package.json`, handlerPackage(names));
    files.set(`${directory}/tsconfig.json`, handlerTsconfig());
    edits.set('tsconfig.json', (text) => addReference(text, directory));
    edits.set('apps/worker/tsconfig.json', (text) => addReference(text, `../../${directory}`));
    edits.set('apps/worker/package.json', (text) => addDependency(text, names.packageName));
    const entry = `import.meta.resolve('${names.packageName}')`;
    edits.set('apps/worker/src/built-in-handlers.ts', (text) => insertInList(text, entry));
  }
  apply(root, files, edits);
  return { created: [...files.keys()], changed: [...edits.keys()], nextSteps: nextSteps(names, directory) };
}

export function printGenerated({ created, changed, nextSteps: steps }: Generated): void {
  for (const path of created) console.log(`created  ${path}`);
  for (const path of changed) console.log(`changed  ${path}`);
  console.log(`\nNext:\n${steps.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}`);
}

/** All or nothing as far as mistakes go: every text is made, and every clash found, before the first is written. */
function apply(root: string, files: Map<string, string>, edits: Map<string, (text: string) => string>): void {
  for (const path of files.keys()) {
    if (existsSync(join(root, path))) throw new Error(`${path} exists already. Nothing was changed.`);
  }
  const edited = [...edits].map(([path, edit]) => {
    try {
      return [path, edit(readFileSync(join(root, path), 'utf8'))] as const;
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message} Nothing was changed.`, { cause: error });
    }
  });
  for (const [path, text] of [...files, ...edited]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function namesOf(name: string): HandlerNames {
  const words = name.split(/[.-]/).filter(Boolean);
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  const family = name.split('.')[0]!;
  return {
    type: name,
    family,
    packageName: `@windlass/handler-${family}`,
    file: words.join('-'),
    // The ending keeps clear of reserved words, the beginning of digits: `3d.render`, `delete`.
    constant: /^\d/.test(pascal) ? `job${pascal}` : `${pascal[0]!.toLowerCase()}${pascal.slice(1)}Job`,
    typePrefix: /^\d/.test(pascal) ? `Job${pascal}` : pascal,
  };
}

function joinFamily(index: string, { constant, file }: HandlerNames): string {
  return `import { ${constant} } from './${file}.js';\n${insertInList(index, constant)}`;
}

function nextSteps({ file, type }: HandlerNames, directory: string): string[] {
  return [
    `Write the work in ${directory}/src/${file}.ts; its payload and result schemas are what clients see.`,
    'pnpm install && pnpm build',
    `npx vitest run ${directory}`,
    `npm start, then submit {"type":"${type}","payload":{"text":"hello"}}`,
  ];
}
