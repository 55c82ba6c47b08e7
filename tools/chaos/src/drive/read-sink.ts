import { readFile } from 'node:fs/promises';
import type { SinkLine } from '@windlass/proof';

/** Lines in the order in which they were written, without those of `past` jobs. One that a handler's death cut short was not written. */
export async function readSink(file: string, past: ReadonlySet<string>): Promise<SinkLine[]> {
  const text = await readFile(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SinkLine)
    .filter((line) => !past.has(line.jobId));
}
