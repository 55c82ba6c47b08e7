import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ of proc(5): 100 on every Linux that Node runs on. */
const TICK_MICROS = 10_000;

interface ProcessTimes {
  parent: number;
  /** Of the process and of its children that have ended: a connection that closes meanwhile takes nothing with it. */
  ticks: number;
}

function readStat(pid: number): ProcessTimes | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may itself hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
    return { parent: Number(fields[1]), ticks };
  } catch {
    return undefined; // ended meanwhile
  }
}

/** The roots and everything descended from them. */
export function processTree(roots: readonly number[]): number[] {
  return [...readTree(roots).keys()];
}

/** CPU time of the roots and everything descended from them, since they began. */
export function cpuMicrosOf(roots: readonly number[]): number {
  let ticks = 0;
  for (const times of readTree(roots).values()) ticks += times.ticks;
  return ticks * TICK_MICROS;
}

function readTree(roots: readonly number[]): Map<number, ProcessTimes> {
  const all = new Map<number, ProcessTimes>();
  for (const entry of readdirSync('/proc')) {
    const times = /^\d+$/.test(entry) ? readStat(Number(entry)) : undefined;
    if (times) all.set(Number(entry), times);
  }
  const tree = new Map<number, ProcessTimes>();
  const add = (pid: number) => {
    const times = all.get(pid);
    if (times) tree.set(pid, times);
  };
  for (const root of roots) add(root);
  for (let before = -1; before !== tree.size; ) {
    before = tree.size;
    for (const [pid, { parent }] of all) if (tree.has(parent)) add(pid);
  }
  return tree;
}

/** Resident memory of these processes, shared pages counted in each. */
export function residentMib(pids: readonly number[]): number {
  let kib = 0;
  for (const pid of pids) {
    try {
      kib += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
    } catch {
      // Ended meanwhile: it holds nothing.
    }
  }
  return kib / 1024;
}

/** CPU time that all processors of the machine have spent on anything, since it started. */
export function machineBusyMicros(): number {
  const fields = readFileSync('/proc/stat', 'latin1').split('\n')[0]!.split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return (user + nice + system + irq + softirq + steal) * TICK_MICROS;
}
