import { readdir, readFile } from 'node:fs/promises';
import type { Instance } from '@windlass/testbed';
import { SINK_VARIABLE } from '../handlers/handlers.config.js';

export interface Orphan {
  pid: number;
  command: string;
}

/** What is asked of a testbed. */
interface Living {
  instances: readonly Instance[];
  isRunning(name: Instance): boolean;
  process(name: Instance): { pid: number };
}

/** Processes that hold this round's sink in their environment and descend from no worker that lives: handlers that outlived theirs. */
export async function findOrphans(bed: Living, sink: string): Promise<Orphan[]> {
  const processes = await readProcesses(`${SINK_VARIABLE}=${sink}`);
  const alive = new Set(bed.instances.filter((name) => bed.isRunning(name)).map((name) => bed.process(name).pid));
  const hasLivingWorker = (pid: number): boolean => {
    for (let at: number | undefined = pid, depth = 0; at !== undefined && depth < 64; depth += 1) {
      if (alive.has(at)) return true;
      at = processes.get(at)?.parent;
    }
    return false;
  };
  return [...processes]
    .filter(([pid, { marked }]) => marked && !hasLivingWorker(pid))
    .map(([pid, { command }]) => ({ pid, command }));
}

async function readProcesses(mark: string) {
  const found = new Map<number, { parent: number; marked: boolean; command: string }>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const read = (file: string) => readFile(`/proc/${entry}/${file}`, 'latin1').catch(() => '');
    const [stat, environ, command] = await Promise.all([read('stat'), read('environ'), read('cmdline')]);
    // The command's name may hold blanks: fields are counted after it. A zombie waits for its parent only.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat === '' || state === 'Z') continue;
    const marked = environ.split('\0').includes(mark);
    found.set(Number(entry), { parent: Number(parent), marked, command: command.replaceAll('\0', ' ').slice(0, 200) });
  }
  return found;
}
