#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  console.error('windlass is not built yet: run npm start once, or pnpm build.');
  process.exitCode = 1;
}
