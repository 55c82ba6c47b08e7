import { parentPort, workerData } from 'node:worker_threads';
import * as lifecycle from '@windlass/lifecycle';
import { checkSequences, type SequenceOptions } from './check-sequences.js';

/** A part is one seed and its number of lives. Answers each with what was found. */
for (const part of workerData as Omit<SequenceOptions, 'code'>[]) {
  parentPort?.postMessage(checkSequences({ code: lifecycle, ...part }));
}
