import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { findCycles } from './find-cycles.mjs';
import { readImports } from './read-imports.mjs';
import { readPackages } from './read-packages.mjs';
import { KIND_OF_FOLDER, MAY_IMPORT, TEST_FILE, TESTS_MAY_IMPORT } from './rules.mjs';

/** Reads every source file below `root` and answers what breaks a rule: `{files, violations: [{rule, where, text}]}`. */
export function checkBoundaries(root) {
  const packages = readPackages(root);
  const byName = new Map(packages.map((each) => [each.name, each]));
  const violations = packages.flatMap((each) => checkFolder(each));
  const fileEdges = new Map();
  const packageEdges = new Map(packages.map((each) => [each.folder, new Set()]));
  for (const pack of packages) {
    for (const file of pack.files) {
      const edges = new Set();
      fileEdges.set(file, edges);
      for (const { specifier, line } of readImports(readFileSync(join(root, file), 'utf8'), file)) {
        const found = checkImport(pack, file, specifier, byName, pack.files);
        if (found.file) edges.add(found.file);
        if (found.folder && !TEST_FILE.test(file)) packageEdges.get(pack.folder).add(found.folder);
        violations.push(...found.violations.map((each) => ({ ...each, where: `${file}:${line}` })));
      }
    }
  }
  violations.push(...cycles(fileEdges), ...cycles(packageEdges));
  return { files: fileEdges.size, violations };
}

/** Each package has its line in the rules and its tag for nx. */
function checkFolder({ folder, manifest }) {
  const violations = [];
  if (!rulesOf(folder))
    violations.push(broken('covered', `${folder} stands in no line of tools/boundaries/src/rules.mjs`, folder));
  const kind = KIND_OF_FOLDER[folder.split('/')[0]];
  if (!manifest.nx?.tags?.includes(kind))
    violations.push(broken('tagged', `its package.json lacks the nx tag ${kind}`, folder));
  return violations;
}

function checkImport(pack, file, specifier, byName, files) {
  if (specifier.startsWith('.')) return checkRelative(pack, file, specifier, files);
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return { violations: [] };
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const test = TEST_FILE.test(file);
  // A spec may look at its own package from outside, as users do.
  if (name === pack.name)
    return { violations: test ? [] : [broken('own-name', 'imports itself by its name; use a relative path')] };
  const violations = checkDeclared(pack, name, test);
  const target = byName.get(name);
  if (!target) return { violations };
  if (!isAllowed(pack.folder, target.folder, test)) {
    violations.push(broken('layer', `${pack.folder} must not import ${target.folder} (${specifier})`));
  }
  const entry = `.${specifier.slice(name.length)}`;
  if (target.manifest.exports && !(entry in target.manifest.exports)) {
    violations.push(broken('public', `${specifier} is not among the exports of ${target.folder}`));
  }
  return { folder: target.folder, violations };
}

function checkRelative(pack, file, specifier, files) {
  const path = posix.join(dirname(file), specifier);
  if (!`${path}/`.startsWith(`${pack.folder}/`)) {
    return {
      violations: [broken('relative', `${specifier} leads out of ${pack.folder}; import the package by its name`)],
    };
  }
  const source = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')].find((each) =>
    files.includes(each),
  );
  return { file: source, violations: [] };
}

function checkDeclared({ manifest }, name, test) {
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest;
  const declared = { ...dependencies, ...peerDependencies, ...optionalDependencies, ...(test ? devDependencies : {}) };
  // vitest is the workspace's; specs are not shipped.
  if (name in declared || (test && name === 'vitest')) return [];
  const late = name in (devDependencies ?? {});
  return [broken('declared', late ? `${name} is only a devDependency` : `${name} is not in its package.json`)];
}

function isAllowed(from, to, test) {
  const forTests = Object.keys(TESTS_MAY_IMPORT).filter((each) => test && matches(each, from));
  const allowed = [...(rulesOf(from) ?? []), ...forTests.flatMap((each) => TESTS_MAY_IMPORT[each])];
  return allowed.some((pattern) => matches(pattern, to));
}

function rulesOf(folder) {
  const pattern = Object.keys(MAY_IMPORT).find((each) => matches(each, folder));
  return pattern && MAY_IMPORT[pattern];
}

function matches(pattern, folder) {
  const source = pattern.replaceAll('**', '\0').replaceAll('*', '[^/]+').replaceAll('\0', '.+');
  return new RegExp(`^${source}$`).test(folder);
}

function cycles(edges) {
  return findCycles(edges).map((names) =>
    broken('cycle', `import each other in a circle: ${[...names].sort().join(', ')}`, names[0]),
  );
}

function broken(rule, text, where) {
  return { rule, where, text };
}
