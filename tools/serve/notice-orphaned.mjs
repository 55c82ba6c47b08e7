import { readFileSync } from 'node:fs';

const LOOK_MS = 250;
/** npm, a shell, nx and another shell may stand between a terminal and us. */
const MAX_ANCESTORS = 8;

/**
 * Calls `onOrphaned` when this process or one that it was started through loses its parent. Only those count whose command line
 * holds `word`: not the terminal that it all began in. Without /proc (macOS) only the direct parent is looked at.
 */
export function whenOrphaned(word, onOrphaned) {
  const links = [[process.pid, process.ppid]];
  for (let pid = process.ppid; links.length < MAX_ANCESTORS && commandOf(pid).includes(word); ) {
    const parent = parentOf(pid);
    if (parent === undefined || parent <= 1) break;
    links.push([pid, parent]);
    pid = parent;
  }
  const timer = setInterval(() => {
    if (links.every(([pid, parent]) => parentOf(pid) === parent)) return;
    clearInterval(timer);
    onOrphaned();
  }, LOOK_MS);
  timer.unref();
}

function parentOf(pid) {
  if (pid === process.pid) return process.ppid;
  try {
    // The second field is the command in brackets and may hold anything; the parent is the second one after it.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
