import { join } from 'node:path';
import type { Programs } from '../instance.js';
import type { ServiceName } from '../service-types.js';
import { cacheDir, runsAsRoot } from '../services.config.js';
import { aptInstall } from './apt-install.js';
import { embeddedPostgres } from './embedded-postgres.js';
import { holdLock } from './hold-lock.js';
import { debianRelease, findPrograms, PACKAGES } from './installed-programs.js';
import type { Progress } from './progress.js';
import { unpackForeign } from './unpack-foreign.js';
import { unpackHere } from './unpack-here.js';

/** Each broker is tied to a Debian release; the other services take whatever release runs here. */
const RELEASE: Partial<Record<ServiceName, string>> = { rabbitmq: 'bookworm', rabbitmq4: 'trixie' };

export type Finding = Programs | { unavailable: string };

/**
 * Programs for all the given services: what is installed, else what apt-get installs (as root) or what is downloaded
 * and unpacked into the cache (as anyone). Packages of all services go through one call of apt-get.
 */
export function findAllPrograms(names: ServiceName[], progress: Progress): Promise<Map<ServiceName, Finding>> {
  const find = () => provide(names, progress);
  const nothingToDo = names.every((name) => isNative(name) && findPrograms(name, '', 'installed'));
  // One at a time: two calls of apt-get, or of the same download, would be in each other's way.
  return nothingToDo ? find() : holdLock(join(cacheDir(), 'packages.lock'), find);
}

/** Whether the packages of the release that runs here will do. */
const isNative = (name: ServiceName) => (RELEASE[name] ?? debianRelease()) === debianRelease();

async function provide(names: ServiceName[], progress: Progress): Promise<Map<ServiceName, Finding>> {
  const found = new Map<ServiceName, Finding>();
  const here = debianRelease();
  const native = names.filter(isNative);
  const missing = native.filter((name) => !findPrograms(name, '', 'installed'));
  let reason = here ? '' : 'this machine is not Debian';
  if (here && missing.length > 0) reason = await provideMissing(missing, progress, found);
  for (const name of native) {
    const installed = found.get(name) ?? findPrograms(name, '', 'installed');
    if (installed) found.set(name, installed);
  }
  for (const name of names) {
    if (!found.has(name)) found.set(name, await provideAlone(name, reason, progress));
  }
  return found;
}

/** Installs as root; otherwise, or when that fails, unpacks. Fills `found`; returns why something may be missing. */
async function provideMissing(
  missing: ServiceName[],
  progress: Progress,
  found: Map<ServiceName, Finding>,
): Promise<string> {
  const packages = missing.flatMap((name) => PACKAGES[name]);
  let reason = '';
  if (runsAsRoot) {
    try {
      progress(`installing ${packages.join(' ')}`);
      await aptInstall(packages);
      return '';
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  for (const name of missing) {
    if (RELEASE[name] !== undefined) continue; // the brokers bring their own libraries: see provideAlone
    try {
      const unpacked = findPrograms(name, await unpackHere(name, progress), 'unpacked');
      if (unpacked) found.set(name, unpacked);
    } catch (error) {
      reason = `${reason} ${(error as Error).message}`.trim();
    }
  }
  return reason;
}

async function provideAlone(name: ServiceName, reason: string, progress: Progress): Promise<Finding> {
  const release = RELEASE[name];
  if (release) {
    try {
      return await unpackForeign(release, PACKAGES[name], progress);
    } catch (error) {
      return { unavailable: advice(name, (error as Error).message) };
    }
  }
  const embedded = name === 'postgres' ? embeddedPostgres() : undefined;
  if (embedded) progress('PostgreSQL: no Debian package to be had, using the embedded binaries from npm');
  return embedded ?? { unavailable: advice(name, reason) };
}

const VARIABLE: Record<ServiceName, string> = {
  postgres: 'WINDLASS_TEST_POSTGRES_URL',
  rabbitmq: 'WINDLASS_TEST_RABBITMQ_URL and WINDLASS_TEST_RABBITMQ_CTL',
  rabbitmq4: 'WINDLASS_TEST_RABBITMQ4_URL and WINDLASS_TEST_RABBITMQ4_CTL',
  s3: 'WINDLASS_TEST_S3_ENDPOINT, WINDLASS_TEST_S3_ACCESS_KEY_ID and WINDLASS_TEST_S3_SECRET_ACCESS_KEY',
  redis: 'WINDLASS_TEST_REDIS_URL',
};

function advice(name: ServiceName, reason: string): string {
  return (
    `${name} cannot be started here: ${reason || 'its packages were not found'}. Either set ${VARIABLE[name]} to a running ` +
    'server, or start a Docker engine, or run this on Debian with apt-get and a reachable package mirror.'
  );
}
