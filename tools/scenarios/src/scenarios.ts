import { FAULTS } from './faults/index.js';
import { FIGURES } from './figures/index.js';
import type { Scenario } from './scenario.js';

export const SCENARIOS: readonly Scenario[] = [...FAULTS, ...FIGURES];
