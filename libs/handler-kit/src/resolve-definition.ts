import { DEFAULT_HARD_MS } from './check-definition.js';
import type { Backoff, JobDefinition } from './define-job.js';

/** A definition with every default applied: what a worker announces and what core keeps in its registry. */
export interface ResolvedDefinition {
  name: string;
  version: number;
  weight: 'tiny' | 'heavy';
  isolation: 'child' | 'inline';
  softMs: number;
  hardMs: number;
  maxAttempts: number;
  backoff: Backoff;
  onTimeout: boolean;
  slots: number;
  memoryMb?: number;
  tools: readonly string[];
}

/** Waits 1 s, 2 s, 4 s … up to a minute, a fifth of it random so that jobs that failed together do not return together. */
const DEFAULT_BACKOFF: Backoff = { kind: 'exponential', delayMs: 1_000, maxDelayMs: 60_000, jitter: 0.2 };

export function withDefaults(definition: Readonly<JobDefinition<never, unknown>>): ResolvedDefinition {
  const weight = definition.weight ?? 'heavy';
  const hardMs = definition.limits?.hardMs ?? DEFAULT_HARD_MS;
  return {
    name: definition.name,
    version: definition.version ?? 1,
    weight,
    isolation: definition.isolation ?? 'child',
    softMs: definition.limits?.softMs ?? Math.floor((hardMs * 5) / 6),
    hardMs,
    maxAttempts: definition.retry?.maxAttempts ?? 3,
    backoff: definition.retry?.backoff ?? DEFAULT_BACKOFF,
    onTimeout: definition.retry?.onTimeout ?? false,
    slots: definition.slots ?? (weight === 'tiny' ? 64 : 1),
    ...(definition.memoryMb === undefined ? {} : { memoryMb: definition.memoryMb }),
    tools: definition.tools ?? [],
  };
}
