import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** A mirror that does not answer must not hold up a run. */
const INSTALL_MS = 180_000;
const LIBRARIES = '/usr/lib';

let asked: Promise<string | { missing: string }> | undefined;

/** Path of libfaketime; installed from the system's packages if this is root and it is missing. Asked once per process. */
export function findFaketime(): Promise<string | { missing: string }> {
  asked ??= search();
  return asked;
}

async function search(): Promise<string | { missing: string }> {
  const found = installed();
  if (found) return found;
  if (process.getuid?.() !== 0) return { missing: 'libfaketime is not installed, and only root can install it' };
  try {
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'libfaketime'], { timeout: INSTALL_MS });
  } catch (error) {
    return { missing: `libfaketime could not be installed: ${(error as Error).message.split('\n')[0]}` };
  }
  return installed() ?? { missing: 'libfaketime was installed, yet its library is in no known place' };
}

function installed(): string | undefined {
  if (!existsSync(LIBRARIES)) return undefined;
  return readdirSync(LIBRARIES)
    .map((folder) => `${LIBRARIES}/${folder}/faketime/libfaketimeMT.so.1`)
    .find((path) => existsSync(path));
}
