import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface DirectoryLock {
  release(): Promise<void>;
}

/** Two starters may both find a dead owner; a few rounds settle it. */
const TRIES = 5;

/**
 * Takes a data directory for this process. Throws, naming the owner, when a living one has it; a lock whose owner was killed is
 * taken over at once. The owner is told by pid and start time, since pids come round again.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  // May be entered, not listed, by others: the database's own user lives below when we are root. Secrets are files of mode 0600.
  await mkdir(directory, { recursive: true, mode: 0o711 });
  const path = join(directory, 'windlass.lock');
  const mine = `${process.pid} ${await startTimeOf(process.pid)}\n`;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(mine);
      await file.sync();
      await file.close();
      return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = await readOwner(path);
    if (owner && (await isAlive(owner))) {
      throw new Error(
        `${directory} is in use by another windlass (pid ${owner.pid}). Stop it, or choose another directory with --data.`,
      );
    }
    await rm(path, { force: true });
  }
  throw new Error(`${path} could not be taken. Remove it if no windlass runs on this directory.`);
}

async function readOwner(path: string): Promise<{ pid: number; started: string } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [pid, started] = text.trim().split(' ');
  return pid && started ? { pid: Number(pid), started } : undefined;
}

async function isAlive(owner: { pid: number; started: string }): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const started = await startTimeOf(owner.pid);
  return started === owner.started;
}

/** Start time in clock ticks since boot (field 22 of /proc/PID/stat); '-' where there is no /proc: then the pid alone decides. */
async function startTimeOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return '-';
  // The command name may hold blanks and parentheses: fields are counted after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? '-');
}
