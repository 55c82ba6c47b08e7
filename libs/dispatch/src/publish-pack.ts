import type { Broker } from '@windlass/broker';
import { dispatchJobs } from '@windlass/contracts';
import { DISPATCH } from './dispatch-policy.js';

/**
 * Sends one pack. True once a queue has it for certain. Transient: a broker's restart may lose it, and what is lost is due again
 * when its mark runs out.
 */
export async function publishPack(broker: Broker, type: string, ids: string[]): Promise<boolean> {
  const sent = await broker.publish(type, dispatchJobs.encode({ type, ids }), {
    ttlMs: DISPATCH.messageTtlMs,
    persistent: false,
    timeoutMs: DISPATCH.publishTimeoutMs,
  });
  return sent === 'routed';
}
