import type { Instance, Members } from '@windlass/testbed';
import type { Fault, Group, Injection } from './fault.js';
import { NothingFree } from './holds.js';
import { pickInstance, pickScheduler } from './pick-instance.js';

/** SIGSTOP until the fault heals: connections stay, nothing answers, and then it goes on as if nothing had been. */
function pause(
  name: string,
  group: Group,
  about: string,
  pick: (injection: Injection) => Instance | Promise<Instance>,
  members: Members,
): Fault {
  return {
    ...{ name, about, groups: [group] },
    inject: async (injection) => {
      const target = await pick(injection);
      const pids = await injection.bed.signal(target, 'SIGSTOP', members);
      if (pids.length === 0) throw new NothingFree(`${target} has no such processes`);
      return { targets: [target], detail: `${pids.length} processes`, heal: async () => goOn(pids) };
    },
  };
}

function goOn(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // Gone meanwhile: its parent may have killed it.
    }
  }
}

export const PAUSES: readonly Fault[] = [
  pause(
    'pause-worker',
    'worker',
    'SIGSTOP of a worker, its children run on',
    (at) => pickInstance(at, 'worker'),
    'parent',
  ),
  pause(
    'pause-children',
    'worker',
    "SIGSTOP of a worker's children, it goes on",
    (at) => pickInstance(at, 'worker'),
    'children',
  ),
  pause(
    'pause-worker-group',
    'worker',
    'SIGSTOP of a worker with its children',
    (at) => pickInstance(at, 'worker'),
    'all',
  ),
  pause('pause-core', 'core', 'SIGSTOP of a core', (at) => pickInstance(at, 'core-api'), 'all'),
  pause('pause-gateway', 'gateway', 'SIGSTOP of a gateway', (at) => pickInstance(at, 'gateway'), 'all'),
  pause('pause-leader', 'scheduler', 'SIGSTOP of the scheduler that leads', (at) => pickScheduler(at, 'leader'), 'all'),
];
