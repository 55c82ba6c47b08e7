import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { account, type Instance, type ServiceKind, secret, writeOwned } from '../instance.js';
import { runCommand } from '../run-command.js';
import { childEnvironment } from '../services.config.js';

const SUPERUSER = 'windlass';

function url(instance: Instance): string {
  return `postgres://${SUPERUSER}:${instance.secrets.password}@127.0.0.1:${instance.ports.main}/postgres`;
}

async function initialise(instance: Instance): Promise<void> {
  if (existsSync(join(instance.dir, 'data', 'PG_VERSION'))) return;
  const passwordFile = writeOwned(instance, 'superuser-password', `${instance.secrets.password}\n`);
  const args = ['-D', join(instance.dir, 'data'), '-U', SUPERUSER, `--pwfile=${passwordFile}`];
  args.push('--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8');
  const env = childEnvironment(instance.programs.env);
  await runCommand(instance.programs.bin.initdb!, args, { env, cwd: instance.dir, ...account });
  rmSync(passwordFile);
}

/** PostgreSQL as it ships, fsync on; TCP only, since a socket's path has a limit of 107 bytes that checkouts exceed. */
export const postgresKind: ServiceKind<'postgres'> = {
  name: 'postgres',
  portNames: ['main'],
  freshSecrets: () => ({ password: secret() }),
  prepare: initialise,
  launch: (instance) => {
    const settings = [`port=${instance.ports.main}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    settings.push('max_connections=200', 'log_timezone=UTC', 'timezone=UTC');
    return {
      file: instance.programs.bin.postgres!,
      args: ['-D', join(instance.dir, 'data'), ...settings.flatMap((setting) => ['-c', setting])],
      env: instance.programs.env,
    };
  },
  answers: async (instance) => {
    const client = new pg.Client({ connectionString: url(instance), connectionTimeoutMillis: 2000 });
    client.on('error', () => {}); // a server that dies under the probe is an answer too: no
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => {});
    }
  },
  address: (instance) => ({ url: url(instance) }),
  stopSignal: 'SIGINT', // fast shutdown: sessions are cut, a checkpoint is written
  startMs: 60_000,
};
