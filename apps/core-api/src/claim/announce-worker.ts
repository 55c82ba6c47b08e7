import type { AnnounceWorker } from '@windlass/contracts';
import { LEASE } from '@windlass/lifecycle';
import type { CorePorts } from '../core-ports.js';
import type { TypeRegistry } from '../registry/type-registry.js';

/** Enters a worker's types and makes sure that their queues exist. Throws when database or broker are away: the worker repeats. */
export async function announce(request: AnnounceWorker, ports: CorePorts, registry: TypeRegistry) {
  const refused: { name: string; version: number; reason: string }[] = [];
  for (const declaration of request.types) {
    const reason = await registry.announce(declaration);
    if (reason !== undefined) refused.push({ name: declaration.name, version: declaration.version, reason });
  }
  await registry.refresh();
  for (const { name, version } of request.types) {
    if (!refused.some((each) => each.name === name && each.version === version))
      await ports.dispatcher.declareQueue(name);
  }
  // A worker beats four times per lease, whatever the lease is.
  return { refused, leaseMs: ports.leaseMs, beatMs: Math.round((ports.leaseMs * LEASE.beatMs) / LEASE.leaseMs) };
}
