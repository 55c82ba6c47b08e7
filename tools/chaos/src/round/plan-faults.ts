import type { Draw } from '@windlass/proof';
import type { Fault } from '../faults/fault.js';

/** One fault of a round: which, when and for how long. */
export interface PlannedFault {
  fault: Fault;
  /** After the load has begun, ms. */
  afterMs: number;
  lengthMs: number;
}

/** The load runs this long before the first fault. */
const WARM_UP_MS = 1_500;
const SHORTEST_LEASES = 1;
const LONGEST_LEASES = 3;

/** When each begins and ends: each one after the first overlaps it. */
export function planFaults(draw: Draw, faults: readonly Fault[], leaseMs: number): PlannedFault[] {
  const length = () => Math.round(leaseMs * (SHORTEST_LEASES + draw.next() * (LONGEST_LEASES - SHORTEST_LEASES)));
  const firstMs = length();
  return faults.map((fault, at) => {
    if (at === 0) return { fault, afterMs: WARM_UP_MS, lengthMs: firstMs };
    return { fault, afterMs: WARM_UP_MS + Math.round(firstMs * draw.next() * 0.8), lengthMs: length() };
  });
}
