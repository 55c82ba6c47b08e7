import type { AddressOf, Origin, ServiceName } from '@windlass/services';
import type { ServerAnswer } from './control-protocol.js';
import { controlUrl } from './testing.config.js';

export interface TestServer<N extends ServiceName> {
  name: N;
  origin: Origin;
  address: AddressOf[N];
}

/** A first start may have to download packages. */
const START_MS = 20 * 60_000;

const asked = new Map<ServiceName, Promise<ServerAnswer>>();

async function ask(name: ServiceName): Promise<ServerAnswer> {
  const response = await fetch(`${controlUrl()}/${name}`, { method: 'POST', signal: AbortSignal.timeout(START_MS) });
  if (!response.ok) throw new Error(`the control endpoint answered ${response.status} for ${name}`);
  return (await response.json()) as ServerAnswer;
}

/** The run's shared server, started now if no spec needed it before. Shared: do not stop it, wipe it or fill it up. */
export async function testServer<N extends ServiceName>(name: N): Promise<TestServer<N>> {
  const outcome = await testServerIfAvailable(name);
  if ('unavailable' in outcome) throw new Error(outcome.unavailable);
  return outcome;
}

/** As `testServer`, but says `{unavailable: reason}` for a `rabbitmq4` that this machine cannot have. */
export async function testServerIfAvailable<N extends ServiceName>(
  name: N,
): Promise<TestServer<N> | { unavailable: string }> {
  let answer = asked.get(name);
  if (!answer) {
    answer = ask(name);
    asked.set(name, answer);
  }
  const outcome = await answer;
  if ('error' in outcome) throw new Error(outcome.error);
  return outcome as TestServer<N> | { unavailable: string };
}

/** Several at once: `const { postgres, rabbitmq } = await testServers('postgres', 'rabbitmq')`. */
export async function testServers<N extends ServiceName>(...names: N[]): Promise<{ [K in N]: AddressOf[K] }> {
  const servers = await Promise.all(names.map((name) => testServer(name)));
  return Object.fromEntries(servers.map((server) => [server.name, server.address])) as { [K in N]: AddressOf[K] };
}
