import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs } from '../instance.js';
import type { Origin, ServiceName } from '../service-types.js';

/** Debian's packages per service, without what they merely recommend. */
export const PACKAGES: Record<ServiceName, string[]> = {
  postgres: ['postgresql'],
  rabbitmq: ['rabbitmq-server'],
  rabbitmq4: ['rabbitmq-server'],
  s3: ['swift-proxy', 'swift-account', 'swift-container', 'swift-object'],
  redis: ['redis-server'],
};

/** The Debian release that runs here (`bookworm`), or undefined when this is not Debian. */
export function debianRelease(): string | undefined {
  if (!existsSync('/etc/debian_version') || !existsSync('/etc/os-release')) return undefined;
  return /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
}

/** Oldest PostgreSQL that Windlass supports. */
const OLDEST_POSTGRES = 15;

/** Where each service's programs lie below `root`: '' for the machine itself, else a folder with unpacked packages. */
export function findPrograms(name: ServiceName, root: string, origin: Origin): Programs | undefined {
  const bin = BIN[name](root);
  if (!bin || !Object.values(bin).every((file) => existsSync(file))) return undefined;
  return { origin, bin, env: root === '' ? {} : unpackedEnvironment(root) };
}

/** Libraries and Python modules of unpacked packages: the machine's own do for everything else. */
function unpackedEnvironment(root: string): Record<string, string> {
  const libraries = [libraryDir(root), libraryDir(root, '')].filter((dir) => dir !== undefined);
  const modules = libraries.map((dir) => join(dir, 'ossl-modules')).find((dir) => existsSync(dir));
  return {
    LD_LIBRARY_PATH: libraries.join(':'),
    PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
    ...(modules ? { OPENSSL_MODULES: modules } : {}), // an unpacked libssl looks for its own below /usr
  };
}

/** Debian's multiarch folder, /usr/lib/x86_64-linux-gnu or its like. */
export function libraryDir(root: string, prefix = 'usr'): string | undefined {
  const lib = join(root, prefix, 'lib');
  const triplet = existsSync(lib) ? readdirSync(lib).find((entry) => entry.endsWith('-linux-gnu')) : undefined;
  return triplet && join(lib, triplet);
}

type Bin = Record<string, string>;

const BIN: Record<ServiceName, (root: string) => Bin | undefined> = {
  postgres: (root) => {
    const versions = `${root}/usr/lib/postgresql`;
    if (!existsSync(versions)) return undefined;
    const newest = Math.max(...readdirSync(versions).map(Number).filter(Number.isInteger));
    if (newest < OLDEST_POSTGRES) return undefined;
    return { initdb: `${versions}/${newest}/bin/initdb`, postgres: `${versions}/${newest}/bin/postgres` };
  },
  rabbitmq: rabbitBin,
  rabbitmq4: rabbitBin,
  s3: (root) => {
    const modules = `${root}/usr/lib/python3/dist-packages`;
    const needed = ['swift/proxy/server.py', 'swift/common/middleware/s3api/s3api.py'];
    if (!needed.every((file) => existsSync(join(modules, file)))) return undefined;
    // Debian's: a python3 earlier in PATH would not know these modules.
    const python = ['/usr/bin/python3', `${root}/usr/bin/python3`].find((file) => existsSync(file));
    return python ? { python } : undefined;
  },
  redis: (root) => ({ server: `${root}/usr/bin/redis-server` }),
};

function rabbitBin(root: string): Bin {
  const scripts = `${root}/usr/lib/rabbitmq/bin`; // not /usr/sbin: those wrappers insist on the account `rabbitmq`
  return {
    server: `${scripts}/rabbitmq-server`,
    ctl: `${scripts}/rabbitmqctl`,
    epmd: `${root}/usr/bin/epmd`,
    erlCall: `${root}/usr/bin/erl_call`,
  };
}
