import { createVhost, type ServerHandle } from '@windlass/services';
import type { Server } from '@windlass/testbed';
import type { Fault, Group, Injected, Injection } from './fault.js';

function onServer(
  name: string,
  group: Group,
  server: Server,
  about: string,
  act: (server: ServerHandle, injection: Injection) => Promise<() => Promise<void>>,
): Fault {
  return {
    ...{ name, about, groups: [group], needs: [server] },
    inject: async (injection): Promise<Injected> => {
      injection.holds.take(server);
      const handle = injection.servers?.[server];
      if (!handle) throw new Error(`${name} needs a ${server} of this run's own`);
      return { targets: [server], heal: await act(handle, injection) };
    },
  };
}

/** SIGKILL of all its processes; back on the same data at the end. */
const crash = (name: string, group: Group, server: Server) =>
  onServer(name, group, server, 'kill -9 of the server, then a start on what was left', async (handle) => {
    await handle.kill();
    return () => handle.restart();
  });

/** Orderly, and away until the fault heals. */
const restart = (name: string, group: Group, server: Server) =>
  onServer(name, group, server, 'an orderly stop of the server, then a start', async (handle) => {
    await handle.stop();
    return () => handle.restart();
  });

const pause = (name: string, group: Group, server: Server) =>
  onServer(name, group, server, 'SIGSTOP of all its processes', async (handle) => {
    await handle.pause();
    return () => handle.resume();
  });

export const SERVER_FAULTS: readonly Fault[] = [
  crash('postgres-crash', 'postgres', 'postgres'),
  restart('postgres-restart', 'postgres', 'postgres'),
  pause('postgres-pause', 'postgres', 'postgres'),
  crash('broker-crash', 'broker', 'rabbitmq'),
  restart('broker-restart', 'broker', 'rabbitmq'),
  pause('broker-pause', 'broker', 'rabbitmq'),
  {
    name: 'broker-wipe',
    groups: ['broker'],
    about: 'every queue, exchange and message of the vhost gone',
    inject: async ({ bed, holds }) => {
      holds.take('rabbitmq');
      await bed.ground.vhost.wipe();
      return { targets: ['rabbitmq'], heal: async () => {} };
    },
  },
  onServer(
    'broker-reset',
    'broker',
    'rabbitmq',
    'all data of the broker gone, users and vhosts too',
    async (handle, { bed }) => {
      await handle.wipe();
      await createVhost(bed.ground.vhost.broker, bed.ground.vhost.name);
      return async () => {};
    },
  ),
  pause('s3-pause', 's3', 's3'),
];
