// Who may import whom: tools/boundaries/src/rules.mjs. Exits 1 when a file breaks a rule.
import { fileURLToPath } from 'node:url';
import { checkBoundaries } from './boundaries/src/check-boundaries.mjs';

const { files, violations } = checkBoundaries(fileURLToPath(new URL('..', import.meta.url)));
for (const { rule, where, text } of violations) console.log(`${where}: ${text} [${rule}]`);
console.log(`boundaries: ${files} files, ${violations.length} violations`);
if (files === 0 || violations.length > 0) process.exitCode = 1;
