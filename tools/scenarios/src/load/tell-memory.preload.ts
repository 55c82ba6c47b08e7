import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preloadSetting, TELL_MEMORY_DIRECTORY } from './preload.config.js';

/** In a service's process: tells its heap every few seconds, which nobody sees from outside. */
const directory = preloadSetting(TELL_MEMORY_DIRECTORY);
const EVERY_MS = 2_000;

if (directory !== undefined) {
  const file = join(directory, `${process.pid}.json`);
  setInterval(() => {
    try {
      writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
      renameSync(`${file}.new`, file);
    } catch {
      // The run is over and its directory gone.
    }
  }, EVERY_MS).unref();
}
