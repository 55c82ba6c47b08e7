import type { ScenarioReport } from '../scenario.js';

type Goal = ScenarioReport['goals'][number];
type Figures = ScenarioReport['figures'];

/** `value` reaches the goal when it is at most `limit`. No value reaches nothing: a goal over nothing was not measured. */
export function atMost(text: string, value: number | undefined, limit: number): Goal {
  return { text, held: value !== undefined && value <= limit };
}

export function holds(text: string, held: boolean): Goal {
  return { text, held };
}

export interface Judged {
  figures: Figures;
  goals: Goal[];
}
