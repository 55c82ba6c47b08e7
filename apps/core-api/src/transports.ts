/** Who may call what: each RPC service of core serves the handlers of its own callers only. */
export const FOR_GATEWAY = Symbol('core for gateways');
export const FOR_WORKER = Symbol('core for workers');
export const FOR_SCHEDULER = Symbol('core for the scheduler');
