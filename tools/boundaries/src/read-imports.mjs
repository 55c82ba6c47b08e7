import { parseAst } from 'vite';

const SOURCED = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

/**
 * Everything that a file imports by a literal name, types included: `{specifier, line}`. Read from the source, since the
 * compiler drops what is used as a type only, and that couples as well.
 */
export function readImports(text, path) {
  const lang = /\.[cm]?tsx?$/.test(path) ? (path.endsWith('x') ? 'tsx' : 'ts') : 'js';
  const found = [];
  visit(parseAst(text, { lang }), (node) => {
    const specifier = specifierOf(node);
    if (typeof specifier === 'string') found.push({ specifier, line: lineAt(text, node.start) });
  });
  return found;
}

function specifierOf(node) {
  if (SOURCED.has(node.type)) return node.source?.value;
  if (node.type === 'TSExternalModuleReference') return node.expression?.value;
  const requires =
    node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require';
  return requires ? node.arguments[0]?.value : undefined;
}

function visit(node, look) {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, look);
  } else if (node && typeof node === 'object') {
    if (typeof node.type === 'string') look(node);
    for (const value of Object.values(node)) visit(value, look);
  }
}

function lineAt(text, offset) {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
