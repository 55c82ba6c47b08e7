/** What a scenario may ask of whoever runs it. */
export interface ScenarioContext {
  /** A line for people, on standard error. */
  progress(line: string): void;
  /** `short`: the form for CI, with the same checks and fewer or shorter turns. */
  short: boolean;
  seed: number;
  /** A failed run keeps here what is needed to look at it. */
  keepDir: string;
  /** Length of the measured part, where a scenario's can be chosen. Absent: its own. */
  minutes?: number;
  /** File that gets samples as they come, one JSON text a line: a run that is broken off is not lost. */
  out?: string;
  /** Which of its two runs: the one that must hold, the control that must fail, or one after the other (default). */
  part?: 'proof' | 'control' | 'both';
}

export interface ScenarioReport {
  name: string;
  passed: boolean;
  /** Why this machine cannot run it, or a part of it. Then it has not passed; it has failed only by what it did look at. */
  skipped?: string;
  /** What was measured, each with its unit in its name: `recoveryP99Ms`. */
  figures: Record<string, number | string | boolean>;
  /** What each figure had to reach, and whether it did. */
  goals: { text: string; held: boolean }[];
  /** The same with the protection taken away: it must fail, or the instrument sees nothing. */
  control?: { text: string; failedAsItMust: boolean; figures: Record<string, number | string | boolean> };
}

/** A fault with a name of its own. `run` brings up what it needs and takes it down again, whatever happens. */
export interface Scenario {
  name: string;
  about: string;
  /** Rough length of the whole form, for `--help`. */
  minutes: number;
  run(context: ScenarioContext): Promise<ScenarioReport>;
}
