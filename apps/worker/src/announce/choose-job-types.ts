import { type LoadedHandler, type ResolvedDefinition, withDefaults } from '@windlass/handler-kit/runner';
import { ConfigFault } from '@windlass/service-kit';
import { missingTools } from './find-tools.js';
import { matchesType } from './match-type.js';

/** A type as this worker runs it: all loaded versions share the slots. */
export interface WorkerType {
  name: string;
  slots: number;
  weight: 'tiny' | 'heavy';
  versions: { handler: LoadedHandler; resolved: ResolvedDefinition }[];
}

export interface TypeChoice {
  /** JOB_TYPES */
  patterns: readonly string[];
  /** SLOTS, `name=number` */
  slots: readonly string[];
  /** PATH */
  searchPath: string;
  warn(fields: object, message: string): void;
}

/**
 * From everything that is loaded to what this worker offers.
 * @throws ConfigFault for slots of a type, or a pattern, that fits nothing: a typing error would leave jobs waiting for ever
 */
export function chooseJobTypes(handlers: readonly LoadedHandler[], choice: TypeChoice): WorkerType[] {
  const loaded = byName(handlers);
  const slots = slotsByType(choice, [...loaded.keys()]);
  const chosen: WorkerType[] = [];
  for (const [name, versions] of loaded) {
    if (!choice.patterns.some((pattern) => matchesType(pattern, name))) continue;
    const usable = versions.filter(({ resolved }) => hasTools(resolved, choice));
    const first = usable[0];
    const count = slots.get(name) ?? Math.max(0, ...usable.map(({ resolved }) => resolved.slots));
    if (!first || count === 0) continue;
    chosen.push({ name, slots: count, weight: first.resolved.weight, versions: usable });
  }
  return chosen;
}

function byName(handlers: readonly LoadedHandler[]): Map<string, WorkerType['versions']> {
  const types = new Map<string, WorkerType['versions']>();
  for (const handler of handlers) {
    const resolved = withDefaults(handler.definition);
    const versions = types.get(resolved.name);
    if (versions) versions.push({ handler, resolved });
    else types.set(resolved.name, [{ handler, resolved }]);
  }
  return types;
}

function slotsByType(choice: TypeChoice, names: string[]): Map<string, number> {
  const known = `Known types: ${names.join(', ')}.`;
  const faults = choice.patterns
    .filter((pattern) => !names.some((name) => matchesType(pattern, name)))
    .map((pattern) => `JOB_TYPES: "${pattern}" fits no type; correct it or load its handler by HANDLERS. ${known}`);
  const slots = new Map<string, number>();
  for (const pair of choice.slots) {
    const [name = '', count] = pair.split('=');
    if (names.includes(name)) slots.set(name, Number(count));
    else faults.push(`SLOTS: "${name}" is no type; correct it or load its handler by HANDLERS. ${known}`);
  }
  if (faults.length > 0) throw new ConfigFault(faults);
  return slots;
}

function hasTools(resolved: ResolvedDefinition, choice: TypeChoice): boolean {
  const missing = missingTools(resolved.tools, choice.searchPath);
  if (missing.length === 0) return true;
  const { name, version } = resolved;
  choice.warn(
    { operation: 'announce', type: name, version, missing },
    `${name} is not offered: ${missing.join(', ')} not on PATH`,
  );
  return false;
}
