import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../run-command.js';
import { childEnvironment } from '../services.config.js';

const DOWNLOAD_MS = 10 * 60_000;
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

export interface DownloadOptions {
  packages: string[];
  /** An own folder for apt's state; created, and removed again after use by the caller. */
  workDir: string;
  /** Another Debian release than the one that runs here: then the closure holds everything, the C library included. */
  release?: string;
}

/**
 * Downloads packages with everything they depend on, without root: apt-get gets folders of its own and no locks. The
 * mirror and its signatures are those of the machine's configuration. Returns the paths of the .deb files.
 */
export async function downloadPackages({ packages, workDir, release }: DownloadOptions): Promise<string[]> {
  const archives = join(workDir, 'cache', 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  mkdirSync(join(workDir, 'state', 'lists', 'partial'), { recursive: true });
  const settings = [`Dir::State=${workDir}/state`, `Dir::Cache=${workDir}/cache`, 'Debug::NoLocking=true'];
  settings.push('APT::Sandbox::User='); // as root, apt would drop to an account that may not reach our folders
  settings.push('APT::Update::Post-Invoke-Success::=', 'Acquire::Retries=3');
  settings.push(
    `Dir::State::status=${release ? await foreignSources(workDir, release, settings) : '/var/lib/dpkg/status'}`,
  );
  const options = settings.flatMap((setting) => ['-o', setting]);
  const env = childEnvironment({ DEBIAN_FRONTEND: 'noninteractive' });
  const run = (args: string[]) => runCommand('apt-get', [...options, ...args], { env, timeoutMs: DOWNLOAD_MS });
  await run(['update']);
  await run(['install', '-y', '--no-install-recommends', '--download-only', ...packages]);
  const files = readdirSync(archives).filter((file) => file.endsWith('.deb'));
  if (files.length === 0) throw new Error(`apt-get downloaded nothing for ${packages.join(' ')}`);
  return files.map((file) => join(archives, file));
}

/** Points apt at `release` on the machine's own mirror. Returns the path of an empty package status. */
async function foreignSources(workDir: string, release: string, settings: string[]): Promise<string> {
  const lines = ['Types: deb', `URIs: ${await machineMirror()}`, `Suites: ${release}`, 'Components: main'];
  lines.push(`Signed-By: ${KEYRING}`, '');
  writeFileSync(join(workDir, 'foreign.sources'), lines.join('\n'));
  writeFileSync(join(workDir, 'status'), '');
  settings.push(`Dir::Etc::sourcelist=${workDir}/foreign.sources`, 'Dir::Etc::sourceparts=/dev/null');
  settings.push('Dir::Etc::preferences=/dev/null', 'Dir::Etc::preferencesparts=/dev/null');
  return join(workDir, 'status');
}

/** The URI from which this machine takes Debian itself (not its security updates, nor anybody else's repository). */
async function machineMirror(): Promise<string> {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  // Without --no-release-info it would list only what was downloaded: nothing, on a machine fresh from an image.
  const targets = await runCommand('apt-get', [
    'indextargets',
    '--no-release-info',
    '--format',
    format,
    'Created-By: Packages',
  ]);
  const releases = ['bookworm', 'trixie', 'forky', 'sid', 'oldstable', 'stable', 'testing', 'unstable'];
  for (const line of targets.split('\n')) {
    const [uri, release, component] = line.split(' ');
    if (uri && component === 'main' && release && releases.includes(release)) return uri;
  }
  throw new Error('the apt sources of this machine name no Debian mirror');
}

/** Unpacks packages below `root` without installing them: none of their scripts run. */
export async function unpackPackages(files: string[], root: string): Promise<void> {
  mkdirSync(root, { recursive: true });
  for (const file of files) {
    await runCommand('dpkg-deb', ['-x', file, root]);
    rmSync(file);
  }
}
