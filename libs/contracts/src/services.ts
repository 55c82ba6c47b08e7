/** Names under which services answer requests, and topics that everyone may hear. Queues of job types are named in libs/broker. */
export const RPC = {
  /** core for gateways: submit, read, files, keys. */
  coreForGateway: 'core.gateway',
  /** core for workers: announce, claim, beat, report. Apart, so that a flood of submissions does not delay beats. */
  coreForWorker: 'core.worker',
  /** core for the scheduler's probe: shares the path of beats. */
  coreForScheduler: 'core.scheduler',
} as const;

export const TOPIC = { keyRevoked: 'keys.revoked' } as const;

/** Jobs of a tiny type that travel in one message. Measured: docs/decisions/. */
export const PACK_SIZE = 50;
/** The largest payload text: what a gateway accepts as a body. */
export const MAX_PAYLOAD_BYTES = 1_048_576;
