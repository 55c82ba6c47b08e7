import { readFileSync } from 'node:fs';

/** Linux on x64 and most arm64 kernels; where pages are larger (16 or 64 KiB) the figure is too small, never too large. */
const PAGE_BYTES = 4096;
/** A fork bomb must not make the measuring endless. */
const MAX_PROCESSES = 256;

/**
 * Resident memory of a process and its descendants in bytes, shared pages counted once per process.
 * undefined: not Linux, or the process is gone.
 */
export function residentBytes(pid: number): number | undefined {
  let total: number | undefined;
  const queue = [pid];
  for (let visited = 0; queue.length > 0 && visited < MAX_PROCESSES; visited++) {
    const next = queue.pop()!;
    const pages = readProc(`${next}/statm`)?.split(' ')[1];
    if (pages === undefined) continue;
    total = (total ?? 0) + Number(pages) * PAGE_BYTES;
    for (const child of readProc(`${next}/task/${next}/children`)?.split(' ') ?? []) {
      if (child !== '') queue.push(Number(child));
    }
  }
  return total;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return undefined;
  }
}
