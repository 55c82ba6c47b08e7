/** Names under which services answer requests, and topics that everyone may hear. Queues of job types are named in libs/broker. */
export const RPC = {
  /** core for gateways: submit, read, files, keys. */
  coreForGateway: 'core.gateway',
  /** core for workers: announce, claim, beat, report. Apart, so that a flood of submissions does not delay beats. */
  coreForWorker: 'core.worker',
  /** core for the scheduler's probe: shares the path of beats. */
  coreForScheduler: 'core.scheduler',
} as const;

export const TOPIC = { keyRevoked: 'keys.revoked', attemptCancelled: 'attempts.cancelled' } as const;
