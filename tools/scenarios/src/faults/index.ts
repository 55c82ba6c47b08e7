import type { Scenario } from '../scenario.js';

/** Faults that need a ground of their own, each with the run that must fail. */
export const FAULTS: readonly Scenario[] = [];
