import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Names one process for ever: a pid alone is reused, a pid with its start time (in ticks since boot) is not. */
export interface ProcessIdentity {
  pid: number;
  startTicks: string;
}

interface ProcessStat {
  pid: number;
  state: string;
  parent: number;
  group: number;
  startTicks: string;
}

/** proc(5): the fields after the command name, which may itself hold spaces and parentheses. */
function readStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      pid,
      state: fields[0] ?? '',
      parent: Number(fields[1]),
      group: Number(fields[2]),
      startTicks: fields[19] ?? '',
    };
  } catch {
    return undefined;
  }
}

export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat && { pid, startTicks: stat.startTicks };
}

const runs = (stat: ProcessStat) => stat.state !== 'Z' && stat.state !== 'X';

/** True while exactly this process runs; a zombie does not run. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readStat(identity.pid);
  return stat !== undefined && stat.startTicks === identity.startTicks && runs(stat);
}

/**
 * The leader, its process group and everything descended from it: PostgreSQL gives each backend a group of its own, so
 * the group alone would miss them. Leader first.
 */
function familyOf(leader: ProcessIdentity): ProcessIdentity[] {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => readStat(Number(entry)))
    .filter((stat) => stat !== undefined)
    .filter(runs);
  const family = new Map(all.filter((stat) => stat.group === leader.pid).map((stat) => [stat.pid, stat]));
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const stat of all) if (family.has(stat.parent)) family.set(stat.pid, stat);
  }
  return [...family.values()].sort((a, b) => Number(b.pid === leader.pid) - Number(a.pid === leader.pid));
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function signalLeader(leader: ProcessIdentity, name: NodeJS.Signals): void {
  if (isAlive(leader)) signal(leader, name);
}

/** SIGSTOP for the whole family, leader first, so that it makes no new members meanwhile. */
export function pauseFamily(leader: ProcessIdentity): void {
  signalLeader(leader, 'SIGSTOP');
  for (const member of familyOf(leader)) signal(member, 'SIGSTOP');
}

export function resumeFamily(leader: ProcessIdentity): void {
  for (const member of familyOf(leader)) signal(member, 'SIGCONT');
}

/** SIGKILLs the whole family and waits until nothing of it runs: only then are its ports and files free. */
export async function killFamily(leader: ProcessIdentity): Promise<void> {
  // The group's number was the leader's pid; if another process has that number now, nothing of ours is left.
  const holder = readStat(leader.pid);
  if (holder && holder.startTicks !== leader.startTicks) return;
  signalLeader(leader, 'SIGSTOP');
  const family = familyOf(leader);
  for (const member of family) signal(member, 'SIGKILL');
  if (!(await waitUntil(() => !family.some(isAlive), 10_000))) {
    throw new Error(`processes of the group ${leader.pid} survived SIGKILL for 10 s`);
  }
}

/** Polls until true; false after the deadline. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  intervalMs = 20,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() > deadline) return false;
    await sleep(intervalMs);
  }
}
