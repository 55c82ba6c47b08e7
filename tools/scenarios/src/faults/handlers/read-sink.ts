import { existsSync, readFileSync } from 'node:fs';
import type { FaultLine } from './fault.handlers.js';

/** What the handlers wrote, in their order. A process that was killed while it wrote leaves no whole line: that one is passed over. */
export function readSink(file: string): FaultLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').flatMap(lineOf);
}

function lineOf(text: string): FaultLine[] {
  try {
    return [JSON.parse(text) as FaultLine];
  } catch {
    return [];
  }
}
