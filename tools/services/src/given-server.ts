import type { AddressOf, ServerHandle, ServiceName } from './service-types.js';
import { givenAddress } from './services.config.js';

/** A server that the user named in the environment: we use it, and leave its life alone. */
export function givenServer<N extends ServiceName>(name: N): ServerHandle<N> | undefined {
  const address: AddressOf[N] | undefined = givenAddress(name);
  if (!address) return undefined;
  const refuse = () => Promise.reject(new Error(`${name} was given by the environment and is not ours to disturb`));
  return {
    name,
    origin: 'environment',
    address,
    pid: undefined,
    isRunning: () => true,
    stop: () => Promise.resolve(),
    kill: refuse,
    pause: refuse,
    resume: refuse,
    restart: refuse,
    wipe: refuse,
  };
}
