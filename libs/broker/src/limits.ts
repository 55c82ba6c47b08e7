/** Bounds that both adapters keep, so that what works on one works on the other. */

const MIB = 1024 * 1024;

/** RabbitMQ 4 refuses more by default, and closes the channel over it: the neighbours would lose their confirms. */
export const MAX_BODY_BYTES = 16 * MIB;
/** Publishes that are not confirmed, and requests that are not answered, per client. Beyond it callers are refused at once. */
export const MAX_OUTSTANDING = 10_000;
export const MAX_OUTSTANDING_BYTES = 64 * MIB;
/** The backlog stays in PostgreSQL (decision 2); a job queue that grows to this has a sender gone wild. */
export const MAX_QUEUE_MESSAGES = 100_000;
export const MAX_QUEUE_BYTES = 512 * MIB;
/** What a listener may be behind before its oldest messages are dropped. */
export const MAX_LISTENER_MESSAGES = 1_000;
/** Enough to look at what went wrong; the jobs themselves are dispatched again from PostgreSQL. */
export const MAX_DEAD_MESSAGES = 10_000;
export const DEAD_TTL_MS = 7 * 24 * 3600 * 1000;

/** How often a consumer says that its queue is missing. */
export const MISSING_PACE_MS = 1_000;
/** How long cancel and close wait for handlers, confirms and the broker: within a worker's 30 s of drain with room to spare. */
export const DRAIN_MS = 5_000;
/** A declaration, a deletion or a broadcast, which have no timeout of their own in the port. */
export const OPERATION_TIMEOUT_MS = 10_000;
/** Such operations under way at a time. */
export const MAX_OPERATIONS = 64;
