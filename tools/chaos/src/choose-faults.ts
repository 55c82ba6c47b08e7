import { type Fault, GROUPS } from './faults/fault.js';
import { FAULTS } from './faults/index.js';

/**
 * Faults by their names or groups; all without any.
 * @throws Error that names what fits nothing
 */
export function namedFaults(names: readonly string[]): Fault[] {
  if (names.length === 0) return [...FAULTS];
  const known: readonly string[] = [...FAULTS.map((fault) => fault.name), ...GROUPS];
  const wrong = names.filter((name) => !known.includes(name));
  if (wrong.length > 0) throw new Error(`--only: ${wrong.join(', ')}: no such fault or group; see --help`);
  return FAULTS.filter((fault) => names.includes(fault.name) || fault.groups.some((group) => names.includes(group)));
}

export interface Possible {
  faults: Fault[];
  /** Why each of the others cannot be injected here. */
  skipped: { fault: string; why: string }[];
}

/** @param foreign servers that are not ours to be killed or paused */
export async function possibleFaults(faults: readonly Fault[], foreign: ReadonlySet<string>): Promise<Possible> {
  const possible: Possible = { faults: [], skipped: [] };
  for (const fault of faults) {
    const lacking = (fault.needs ?? []).filter((server) => foreign.has(server));
    const why =
      lacking.length > 0
        ? `${lacking.join(', ')} was given by its address: it is not ours to break`
        : await fault.impossible?.();
    if (why === undefined) possible.faults.push(fault);
    else possible.skipped.push({ fault: fault.name, why });
  }
  return possible;
}
