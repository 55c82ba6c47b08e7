import { join } from 'node:path';
import type { ServiceName } from '../service-types.js';
import { downloadPackages, unpackPackages } from './apt-download.js';
import { cachedRoot } from './cached-root.js';
import { debianRelease, PACKAGES } from './installed-programs.js';
import type { Progress } from './progress.js';

/** A service's packages of the release that runs here, unpacked: for users who cannot install. What is here is used. */
export function unpackHere(name: ServiceName, progress: Progress): Promise<string> {
  const packages = PACKAGES[name];
  return cachedRoot(`${name}-${debianRelease()}`, async (workDir) => {
    progress(`downloading ${packages.join(' ')}`);
    const root = join(workDir, 'root');
    await unpackPackages(await downloadPackages({ packages, workDir }), root);
    return root;
  });
}
