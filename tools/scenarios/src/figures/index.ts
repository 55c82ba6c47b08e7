import type { Scenario } from '../scenario.js';

/** How soon the platform is itself again, and what it keeps doing meanwhile. */
export const FIGURES: readonly Scenario[] = [];
