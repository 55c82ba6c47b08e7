import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { downloadPackages, unpackPackages } from './apt-download.js';
import { cachedRoot } from './cached-root.js';
import type { Progress } from './find-programs.js';
import { debianRelease } from './installed-programs.js';

/** Packages of the release that runs here, unpacked: for users who cannot install. Libraries that are here are used. */
export function unpackHere(packages: string[], progress: Progress): Promise<string> {
  const sorted = [...packages].sort();
  const key = createHash('sha256').update(sorted.join(' ')).digest('hex').slice(0, 8);
  return cachedRoot(`${debianRelease()}-${key}`, async (workDir) => {
    progress(`downloading ${sorted.join(' ')}`);
    const root = join(workDir, 'root');
    await unpackPackages(await downloadPackages({ packages: sorted, workDir }), root);
    return root;
  });
}
