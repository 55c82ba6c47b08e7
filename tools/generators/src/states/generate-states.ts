import { readCheck, tellStale, writeFiles } from '../write-files.js';
import { writeStates } from './write-states.js';

/** Writes docs/states.md, or only compares it. Answers its path if it differed. */
export function generateStates({ root, check }: { root: string; check: boolean }): string[] {
  return writeFiles(root, new Map([['docs/states.md', writeStates()]]), check);
}

/** The command: with --check it fails when the page differs. */
export function runStates(root: string, args: string[]): void {
  const check = readCheck('states', args);
  tellStale('states', generateStates({ root, check }), check);
}
