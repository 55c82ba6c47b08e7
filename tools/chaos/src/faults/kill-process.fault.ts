import type { Instance, Members, ServiceName } from '@windlass/testbed';
import { bringBack } from './bring-back.js';
import type { Fault, Group, Injection } from './fault.js';
import { NothingFree } from './holds.js';
import { pickInstance, pickScheduler } from './pick-instance.js';

type Pick = (injection: Injection) => Instance | Promise<Instance>;

const any =
  (service: ServiceName): Pick =>
  (injection) =>
    pickInstance(injection, service);

/** SIGKILL; the instance comes back when the fault heals. A child's worker goes on. */
function kill(name: string, group: Group, about: string, pick: Pick, members: Members = 'parent'): Fault {
  return {
    ...{ name, about, groups: [group] },
    inject: async (injection) => {
      const target = await pick(injection);
      const { bed } = injection;
      const pids = await bed.signal(target, 'SIGKILL', members);
      if (members === 'children') {
        if (pids.length === 0) throw new NothingFree(`${target} has no children`);
        return { targets: [target], detail: `${pids.length} processes`, heal: async () => {} };
      }
      await bed.kill(target);
      return { targets: [target], detail: `${pids.length} processes`, heal: () => bringBack(bed, target) };
    },
  };
}

/** An orderly end under load, as in a deployment, and a start. */
function drain(name: string, group: Group, about: string, pick: Pick): Fault {
  return {
    ...{ name, about, groups: [group] },
    inject: async (injection) => {
      const target = await pick(injection);
      const { bed } = injection;
      const ended = bed.kill(target, 'SIGTERM');
      return { targets: [target], heal: () => ended.then(() => bringBack(bed, target)) };
    },
  };
}

export const KILLS: readonly Fault[] = [
  kill('kill-gateway', 'gateway', 'kill -9 of a gateway', any('gateway')),
  kill('kill-core', 'core', 'kill -9 of a core', any('core-api')),
  kill('kill-leader', 'scheduler', 'kill -9 of the scheduler that leads', (at) => pickScheduler(at, 'leader')),
  kill('kill-follower', 'scheduler', 'kill -9 of the other scheduler', (at) => pickScheduler(at, 'follower')),
  kill('kill-worker', 'worker', 'kill -9 of a worker, not of its children', any('worker')),
  kill('kill-children', 'worker', "kill -9 of a worker's children, not of itself", any('worker'), 'children'),
  kill('kill-worker-group', 'worker', 'kill -9 of a worker with its children', any('worker'), 'all'),
  drain('drain-worker', 'worker', 'SIGTERM to a worker under load', any('worker')),
  drain('drain-core', 'core', 'SIGTERM to a core under load', any('core-api')),
  drain('drain-gateway', 'gateway', 'SIGTERM to a gateway under load', any('gateway')),
  drain('drain-leader', 'scheduler', 'SIGTERM to the scheduler that leads', (at) => pickScheduler(at, 'leader')),
  {
    name: 'rolling-restart',
    groups: ['worker', 'core', 'gateway', 'scheduler'],
    about: 'SIGTERM to each instance in turn, the next one once it is back',
    inject: async ({ bed, holds }) => {
      const names = bed.instances;
      holds.take(...names);
      const rolled = (async () => {
        for (const name of names) {
          await bed.kill(name, 'SIGTERM');
          await bringBack(bed, name);
        }
      })();
      // Its failure is told by `heal`, which waits for it.
      rolled.catch(() => undefined);
      return { targets: names, heal: () => rolled };
    },
  },
];
