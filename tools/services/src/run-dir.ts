import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isReachable } from './instance.js';
import { identify, isAlive, killFamily, type ProcessIdentity } from './process-group.js';
import { readRecords } from './records.js';
import { temporaryDir } from './services.config.js';

const PREFIX = 'windlass-services-';

const parentDir = () => (isReachable(temporaryDir()) ? temporaryDir() : '/var/tmp');

/** A temporary state folder that is marked with its owner, so that a later run can clear up after a killed one. */
export function makeRunDir(): string {
  const dir = mkdtempSync(join(parentDir(), PREFIX));
  chmodSync(dir, 0o711); // the server's account reaches its own folder, nobody can list
  writeFileSync(join(dir, 'owner.json'), JSON.stringify(identify(process.pid)), { mode: 0o600 });
  return dir;
}

export function removeRunDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
}

/** Ends the servers of runs whose owner is gone (a test run that was killed) and deletes their folders. */
export async function reapAbandonedRuns(): Promise<void> {
  const parent = parentDir();
  for (const entry of readdirSync(parent)) {
    const dir = join(parent, entry);
    if (!entry.startsWith(PREFIX) || !isAbandoned(dir)) continue;
    for (const { process: identity } of readRecords(dir)) {
      if (identity && isAlive(identity)) await killFamily(identity);
    }
    removeRunDir(dir);
  }
}

function isAbandoned(dir: string): boolean {
  try {
    if (statSync(dir).uid !== process.getuid?.()) return false; // another user's, whatever it claims
    const file = join(dir, 'owner.json');
    if (!existsSync(file)) return false; // being made at this moment
    return !isAlive(JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity);
  } catch {
    return false; // vanished meanwhile: its owner or another run removed it
  }
}
