import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { runCommand } from '../run-command.js';
import { childEnvironment } from '../services.config.js';

/** invoke-rc.d asks this file before it starts a daemon; 101 is "not allowed". Private instances need no daemon. */
const POLICY = '/usr/sbin/policy-rc.d';
const INSTALL_MS = 15 * 60_000;

/** Installs packages as root in one call. The packages' own daemons are not started. */
export async function aptInstall(packages: string[]): Promise<void> {
  const env = childEnvironment({ DEBIAN_FRONTEND: 'noninteractive' });
  const install = ['-o', 'DPkg::Lock::Timeout=600', 'install', '-y', '--no-install-recommends', ...packages];
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await runCommand('apt-get', install, { env, timeoutMs: INSTALL_MS }).catch(async () => {
      // The usual reason is package lists that are missing or too old for the mirror.
      await runCommand('apt-get', ['update'], { env, timeoutMs: INSTALL_MS });
      await runCommand('apt-get', install, { env, timeoutMs: INSTALL_MS });
    });
  } finally {
    if (ownPolicy) rmSync(POLICY, { force: true });
  }
}
