export interface LeasePolicy {
  leaseMs: number;
  beatMs: number;
}

/** Four beats may be lost before a rescue (decision 4). */
export const LEASE: LeasePolicy = { leaseMs: 20_000, beatMs: 5_000 };
