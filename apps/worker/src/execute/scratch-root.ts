import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigFault } from '@windlass/service-kit';

/**
 * Where attempts get their directories. Without a configured one it is this user's own below the temporary directory: other
 * users of the machine may run workers too, and one who made the directory first could read and replace what is in it.
 * @throws ConfigFault
 */
export function scratchRoot(configured: string | undefined): string {
  if (configured !== undefined) return configured;
  const user = process.getuid?.();
  const path = join(tmpdir(), `windlass-worker${user === undefined ? '' : `-${user}`}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (found.isDirectory() && (user === undefined || found.uid === user)) return path;
  throw new ConfigFault([
    `SCRATCH_DIRECTORY: its default ${path} belongs to another user; set it to a directory of your own`,
  ]);
}
