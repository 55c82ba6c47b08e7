import { closeSync, openSync, writeSync } from 'node:fs';
import type { SinkLine } from '@windlass/proof';
import { sinkFile, workerName } from './handlers.config.js';

/** One `write` at the end of the file, past everything of ours: lines of several processes do not mix. */
export function writeSink(line: Omit<SinkLine, 'worker' | 'atMs'>): void {
  const whole: SinkLine = { ...line, worker: workerName(), atMs: Date.now() };
  const file = openSync(sinkFile(), 'a');
  try {
    writeSync(file, `${JSON.stringify(whole)}\n`);
  } finally {
    closeSync(file);
  }
}
