import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../services.config.js';

/**
 * A folder of the cache that is either whole or absent: `fill` gets a temporary folder, which is renamed when it is done,
 * so a killed or concurrent run never leaves or sees a half one. `finalPath` is where it will lie.
 */
export async function cachedRoot(
  key: string,
  fill: (workDir: string, finalPath: string) => Promise<string>,
): Promise<string> {
  const finalPath = join(cacheDir(), key);
  if (existsSync(finalPath)) return finalPath;
  mkdirSync(cacheDir(), { recursive: true, mode: 0o755 });
  const workDir = mkdtempSync(join(cacheDir(), `${key}.new-`));
  try {
    chmodSync(workDir, 0o755); // servers run as another account when we are root
    const filled = await fill(workDir, finalPath);
    chmodSync(filled, 0o755);
    if (!existsSync(finalPath)) renameSync(filled, finalPath);
  } catch (error) {
    if (!existsSync(finalPath)) throw error; // else another run finished first, and its folder is as good
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
  return finalPath;
}
