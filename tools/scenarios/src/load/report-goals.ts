import type { ScenarioReport } from '../scenario.js';

type Goal = ScenarioReport['goals'][number];
type Figures = ScenarioReport['figures'];
type Control = NonNullable<ScenarioReport['control']>;

/** `value` reaches the goal when it is at most `limit`. No value reaches nothing: a goal over nothing was not measured. */
export function atMost(text: string, value: number | undefined, limit: number): Goal {
  return { text, held: value !== undefined && value <= limit };
}

export function holds(text: string, held: boolean): Goal {
  return { text, held };
}

/** A report that passes when every goal is held and the control, if it ran, failed as it must. */
export function reportOf(name: string, figures: Figures, goals: Goal[], control?: Control): ScenarioReport {
  const passed = goals.every(({ held }) => held) && control?.failedAsItMust !== false;
  return { name, passed, figures, goals, ...(control ? { control } : {}) };
}

export interface Judged {
  figures: Figures;
  goals: Goal[];
}
