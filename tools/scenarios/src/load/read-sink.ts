import { readFileSync } from 'node:fs';
import type { SinkLine } from '@windlass/proof';

/** What handlers have told so far, in the order of their writes; a last line that is not yet whole is left for later. */
export function readSink(file: string): SinkLine[] {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // Before the first handler has begun.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as SinkLine);
}

/** Handler runs that have begun, by job, first one first. */
export function startsByJob(lines: readonly SinkLine[]): Map<string, SinkLine[]> {
  const starts = new Map<string, SinkLine[]>();
  for (const line of lines) {
    if (line.what !== 'start') continue;
    const of = starts.get(line.jobId) ?? [];
    of.push(line);
    starts.set(line.jobId, of);
  }
  return starts;
}
