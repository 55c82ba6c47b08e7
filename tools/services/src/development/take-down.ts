import { readRecords } from '../records.js';
import { runningServer } from '../start-services.js';
import { stateDirOf } from './development-files.js';

/** Stops the servers of this checkout, in order; data and secrets stay. Returns what was stopped. */
export async function takeDown(root: string): Promise<string[]> {
  const stateDir = stateDirOf(root);
  const running = readRecords(stateDir)
    .map((record) => runningServer(record.name, stateDir)) // only a process that is still the recorded one
    .filter((server) => server !== undefined);
  await Promise.all(running.map((server) => server.stop()));
  return running.map((server) => server.name);
}
