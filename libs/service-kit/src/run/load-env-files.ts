import { resolve } from 'node:path';

/** The first one wins over the second, and the process's own environment over both. */
const FILES = ['.env.local', '.env'];

/** Reads `.env.local` and `.env` of the directory into `process.env`. Missing ones are fine. */
export function loadEnvFiles(directory: string): void {
  for (const name of FILES) {
    try {
      process.loadEnvFile(resolve(directory, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
