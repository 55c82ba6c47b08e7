import { connect } from 'node:net';
import { join } from 'node:path';
import { type Instance, makeOwnedDir, type ServiceKind, secret, writeOwned } from '../instance.js';

function prepare(instance: Instance): Promise<void> {
  makeOwnedDir(join(instance.dir, 'data'));
  const lines = [
    'bind 127.0.0.1',
    `port ${instance.ports.main}`,
    `dir ${join(instance.dir, 'data')}`,
    `requirepass ${instance.secrets.password}`,
    'appendonly yes', // what a queue on Redis is run with: the bench compares like with like
    'appendfsync everysec',
    'daemonize no',
  ];
  writeOwned(instance, 'redis.conf', `${lines.join('\n')}\n`);
  return Promise.resolve();
}

/** Sends AUTH and PING inline and waits for the PONG. */
function ponged(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2000 });
    let text = '';
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (chunk) => {
      text = (text + chunk).slice(-1000);
      if (text.includes('+PONG')) finish(true);
      else if (text.includes('-')) finish(false);
    });
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

/** For the bench only, which measures queues that live on Redis; Windlass itself does not use it. */
export const redisKind: ServiceKind<'redis'> = {
  name: 'redis',
  portNames: ['main'],
  freshSecrets: () => ({ password: secret() }),
  prepare,
  launch: (instance) => ({
    file: instance.programs.bin.server!,
    args: [join(instance.dir, 'redis.conf')],
    env: instance.programs.env,
  }),
  answers: (instance) => ponged(instance.ports.main!, instance.secrets.password!),
  address: (instance) => ({ url: `redis://:${instance.secrets.password}@127.0.0.1:${instance.ports.main}/0` }),
  stopSignal: 'SIGTERM',
  startMs: 30_000,
};
