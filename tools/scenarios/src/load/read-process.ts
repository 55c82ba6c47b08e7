import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessFigures {
  rssMb: number;
  fds: number;
  sockets: number;
}

const KIB_PER_MB = 1_000_000 / 1_024;

/** From /proc, in MB of 10^6 bytes. Undefined once the process has ended. */
export function readProcess(pid: number): ProcessFigures | undefined {
  try {
    const rssKib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(pid, fd));
    return {
      rssMb: Math.round((rssKib / KIB_PER_MB) * 100) / 100,
      fds: links.length,
      sockets: links.filter((link) => link.startsWith('socket:')).length,
    };
  } catch {
    return undefined;
  }
}

/** Closed meanwhile: still one that was open. */
function linkOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return '';
  }
}
