import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './run-command.js';
import type { RabbitAddress, ToolCall } from './service-types.js';

function run(call: ToolCall, args: string[], input?: string): Promise<string> {
  const { file, env, uid, gid } = call;
  return runCommand(file, [...call.args, ...args], {
    env,
    uid,
    gid,
    cwd: '/',
    ...(input === undefined ? {} : { input }),
  });
}

/** rabbitmqctl, e.g. `rabbitCtl(address, ['stop_app'])`. About half a second of CPU a call. */
export function rabbitCtl(address: RabbitAddress, args: string[]): Promise<string> {
  if (!address.ctl) {
    throw new Error(
      'This broker was given by its URL only: set WINDLASS_TEST_RABBITMQ_CTL (or …4_CTL) to its rabbitmqctl.',
    );
  }
  return run(address.ctl, args);
}

/** Evaluates Erlang on the broker's node and returns what it printed as `{ok, …}`; by erl_call where there is one. */
export async function evalOnRabbit(address: RabbitAddress, expression: string): Promise<string> {
  if (!address.call) return (await rabbitCtl(address, ['eval', `${expression}.`])).trim();
  const answer = (await callNode(address.call, `${expression}.\n`)).trim();
  if (!answer.startsWith('{ok,')) throw new Error(`the broker refused ${expression}: ${answer}`);
  return answer.slice(4, -1).trim();
}

/** A node that has just started serves AMQP a moment before erl_call can connect to it; nothing has been evaluated then. */
const CONNECT_TRIES = 20;
const CONNECT_PAUSE_MS = 500;

async function callNode(call: ToolCall, input: string): Promise<string> {
  for (let left = CONNECT_TRIES; ; left -= 1) {
    try {
      return await run(call, [], input);
    } catch (error) {
      if (left <= 1 || !/failed to connect to node/.test((error as Error).message)) throw error;
      await sleep(CONNECT_PAUSE_MS);
    }
  }
}

/** A vhost on which the administrator of `address` may do everything. Returns its URL. `name` is [a-z0-9-]. */
export async function createVhost(address: RabbitAddress, name: string): Promise<string> {
  const user = decodeURIComponent(new URL(address.url).username);
  await evalOnRabbit(
    address,
    `ok = rabbit_vhost:add(<<"${name}">>, <<"windlass">>), ` +
      `ok = rabbit_auth_backend_internal:set_permissions(<<"${user}">>, <<"${name}">>, <<".*">>, <<".*">>, <<".*">>, <<"windlass">>)`,
  );
  const url = new URL(address.url);
  url.pathname = `/${name}`;
  return url.href;
}

export async function deleteVhost(address: RabbitAddress, name: string): Promise<void> {
  await evalOnRabbit(address, `rabbit_vhost:delete(<<"${name}">>, <<"windlass">>)`);
}
