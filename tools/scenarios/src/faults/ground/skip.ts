import type { ScenarioReport } from '../../scenario.js';

/** A scenario that this machine cannot run: not passed, and it says why. */
export function skipped(name: string, why: string): ScenarioReport {
  return { name, passed: false, skipped: why, figures: {}, goals: [] };
}
