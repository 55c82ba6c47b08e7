/** What a scenario may ask of whoever runs it. */
export interface ScenarioContext {
  /** A line for people, on standard error. */
  progress(line: string): void;
  /** `short`: the form for CI, with the same checks and fewer or shorter turns. */
  short: boolean;
  seed: number;
  /** A failed run keeps here what is needed to look at it. */
  keepDir: string;
}

export interface ScenarioReport {
  name: string;
  passed: boolean;
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
