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
const DRAWS = 50;

/** One fault, in half of the rounds a second one that overlaps the first. */
export function drawFaults(draw: Draw, faults: readonly Fault[], leaseMs: number): PlannedFault[] {
  const length = () => Math.round(leaseMs * (SHORTEST_LEASES + draw.next() * (LONGEST_LEASES - SHORTEST_LEASES)));
  const first: PlannedFault = { fault: draw.pick(faults), afterMs: WARM_UP_MS, lengthMs: length() };
  if (!draw.chance(0.5)) return [first];
  const second = drawOther(draw, first.fault, faults);
  if (!second) return [first];
  const afterMs = first.afterMs + Math.round(first.lengthMs * draw.next() * 0.8);
  return [first, { fault: second, afterMs, lengthMs: length() }];
}

/** Not on the same server: the second would find it gone. */
function drawOther(draw: Draw, first: Fault, faults: readonly Fault[]): Fault | undefined {
  const servers: readonly string[] = ['postgres', 'broker', 's3', 'messages'];
  const fits = (each: Fault) =>
    each !== first && !each.groups.some((group) => servers.includes(group) && first.groups.includes(group));
  for (let turn = 0; turn < DRAWS; turn += 1) {
    const other = draw.pick(faults);
    if (fits(other)) return other;
  }
  return undefined;
}
