/** A seed that once found something: it is run before all others, for as long as it can. */
export interface Regression {
  seed: number;
  found: string;
}

export const REGRESSIONS: readonly Regression[] = [];
