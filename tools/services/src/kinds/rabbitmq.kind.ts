import { connect } from 'node:net';
import { join } from 'node:path';
import { account, type Instance, makeOwnedDir, type ServiceKind, secret, writeOwned } from '../instance.js';
import type { ServiceName, ToolCall } from '../service-types.js';
import { childEnvironment } from '../services.config.js';

const USER = 'windlass';
const VHOST = 'windlass';

/** Everything by which a node is told from another: name, cookie (in HOME), ports, folders. Shared with rabbitmqctl. */
function nodeEnvironment(instance: Instance): Record<string, string> {
  const at = (name: string) => join(instance.dir, name);
  return {
    ...instance.programs.env,
    HOME: instance.dir,
    ERL_EPMD_PORT: String(instance.ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: nodeName(instance),
    RABBITMQ_DIST_PORT: String(instance.ports.distribution),
    RABBITMQ_CONF_ENV_FILE: at('rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('enabled_plugins'),
    RABBITMQ_GENERATED_CONFIG_DIR: at('generated-config'),
    RABBITMQ_MNESIA_BASE: at('data'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CTL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    detached: '1', // makes the start script exec Erlang, so that the pid we know is the broker's
  };
}

const nodeName = (instance: Instance) => `windlass-${instance.ports.main}@localhost`;

function tool(instance: Instance, bin: string, args: string[]): ToolCall {
  return {
    file: instance.programs.bin[bin]!,
    args,
    env: childEnvironment(nodeEnvironment(instance)),
    uid: account?.uid,
    gid: account?.gid,
  };
}

/** A broker answers the protocol header with its first frame (Connection.Start, type 1). */
export function speaksAmqp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2000 });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write('AMQP\x00\x00\x09\x01', 'latin1'));
    socket.once('data', (data) => finish(data[0] === 1));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

function prepare(instance: Instance): Promise<void> {
  makeOwnedDir(join(instance.dir, 'data'));
  writeOwned(instance, '.erlang.cookie', instance.secrets.cookie!, 0o400);
  writeOwned(instance, 'rabbitmq-env.conf', '');
  writeOwned(instance, 'enabled_plugins', '[].\n');
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${instance.ports.main}`,
    `default_user = ${USER}`,
    `default_pass = ${instance.secrets.password}`,
    `default_vhost = ${VHOST}`,
    'default_permissions.configure = .*',
    'default_permissions.read = .*',
    'default_permissions.write = .*',
    'disk_free_limit.absolute = 50MB', // a small disk must not block publishers in development
    'log.console = true',
    'log.console.level = warning',
  ];
  writeOwned(instance, 'rabbitmq.conf', `${lines.join('\n')}\n`);
  return Promise.resolve();
}

export function rabbitmqKind<N extends Extract<ServiceName, 'rabbitmq' | 'rabbitmq4'>>(name: N): ServiceKind<N> {
  return {
    name,
    portNames: ['main', 'epmd', 'distribution'],
    freshSecrets: () => ({ password: secret(), cookie: secret() }),
    prepare,
    // epmd in the foreground, as a member of the group: a daemon of its own would outlive the kill.
    launch: (instance) => ({
      file: '/bin/sh',
      args: [
        '-c',
        '"$1" -address 127.0.0.1 & exec "$2"',
        'sh',
        instance.programs.bin.epmd!,
        instance.programs.bin.server!,
      ],
      env: nodeEnvironment(instance),
    }),
    answers: (instance) => speaksAmqp(instance.ports.main!),
    address: (instance) => ({
      url: `amqp://${USER}:${instance.secrets.password}@127.0.0.1:${instance.ports.main}/${VHOST}`,
      ctl: tool(instance, 'ctl', []),
      call: instance.programs.bin.erlCall ? tool(instance, 'erlCall', ['-n', nodeName(instance), '-e']) : undefined,
    }),
    stopSignal: 'SIGTERM',
    startMs: 120_000,
  };
}
