/**
 * How long things take in a seed. As short as the product's own fixed periods allow: what a seed costs is mostly the clockwork that turns
 * meanwhile.
 */
export const LEASE_MS = 2_000;
export const LEADER_TTL_MS = 1_500;
/** After this nothing goes wrong any more. */
export const FAULTS_MS = 6_000;
/** In leases the product's own: of a job that was handed over, and of the message. */
export const MARKS = { markMs: 3 * LEASE_MS, messageTtlMs: 2.75 * LEASE_MS };
/** Of handlers. Both are longer than a lease: else nobody could become a zombie. */
export const LIMITS = { softMs: 2_200, hardMs: 3_100 };
/** The longest run that ends by itself. */
export const LONGEST_RUN_MS = 2_500;
