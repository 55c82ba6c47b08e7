import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Stops a postmaster that still runs on this data directory because the platform was killed above it. Its first line of
 * postmaster.pid is the pid, the second the directory; a pid that was given to another program since is left alone.
 */
export async function stopOrphan(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const pid = Number(text.split('\n')[0]);
  if (!(await isPostmasterOf(pid, data))) {
    await rm(path, { force: true });
    return;
  }
  // Fast shutdown first; immediate after 5 s, SIGKILL after 10 s: it is crash-safe, only its next start takes longer.
  for (const [signal, waitMs] of [
    ['SIGINT', 5000],
    ['SIGQUIT', 5000],
    ['SIGKILL', 5000],
  ] as const) {
    kill(pid, signal);
    const deadline = performance.now() + waitMs;
    while (performance.now() < deadline) {
      if (!(await isPostmasterOf(pid, data))) return;
      await sleep(20);
    }
  }
  throw new Error(`A PostgreSQL server (pid ${pid}) still holds ${data} and does not stop. Stop it, then start again.`);
}

/** Whether a living postmaster holds this data directory. */
export async function runsPostmaster(data: string): Promise<boolean> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  return isPostmasterOf(Number(text.split('\n')[0]), data);
}

async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // Where /proc is missing (macOS) the pid file's word is taken: PostgreSQL itself does the same.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (command === undefined) return process.platform !== 'linux';
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return command.includes('postgres') && command.includes(data) && !/\) Z /.test(status);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
