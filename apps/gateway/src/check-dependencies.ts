import { readJob, readJobReply } from '@windlass/contracts';
import { isFault } from '@windlass/faults';
import type { HealthCheck, RpcClient } from '@windlass/service-kit';
import type { GatewayPorts } from './gateway-ports.js';

const NOBODY = { tenantId: 'health', id: '00000000-0000-0000-0000-000000000000' };

/** What the gateway depends on. Without files jobs still flow, so storage trouble does not take it out of the load balancer. */
export function healthChecks(ports: GatewayPorts, core: RpcClient): HealthCheck[] {
  return [
    { name: 'broker', essential: true, check: (timeoutMs) => ports.broker.ping(timeoutMs) },
    { name: 'core', essential: true, check: (timeoutMs) => checkCore(core, timeoutMs) },
    { name: 'files', essential: false, check: (timeoutMs) => ports.files.check(timeoutMs) },
  ];
}

/** A look-up that finds nothing: the cheapest call that goes all the way to the database. Also while the circuit is open. */
async function checkCore(core: RpcClient, timeoutMs: number): Promise<void> {
  try {
    await core.call(readJob, readJobReply, NOBODY, { timeoutMs, kind: 'probe' });
  } catch (error) {
    if (!isFault(error) || error.code !== 'read.job-unknown') throw error;
  }
}
