export interface Failure {
  case: string;
  why: string;
}

export interface ClassResult {
  cases: number;
  failed: number;
  /** Further counts of the class, such as its operations. */
  [count: string]: number;
}

/** Of one class. More say nothing new, and a platform that is down fails every case. */
const MAX_KEPT = 50;
const MAX_TEXT = 1_500;

/** What a class of bad input came to: every case counts, a failed one is kept with its reason. */
export class Tally {
  readonly failures: Failure[] = [];
  private cases = 0;
  private failed = 0;
  private readonly more: Record<string, number> = {};

  /** One case. `faults`: what was wrong with it, nothing when it is as it should be. */
  note(name: string, faults: readonly string[]): void {
    this.cases += 1;
    if (faults.length === 0) return;
    this.failed += 1;
    if (this.failures.length < MAX_KEPT) this.failures.push({ case: name, why: faults.join('; ').slice(0, MAX_TEXT) });
  }

  /** Runs one case; one that throws has failed. */
  async run(name: string, judge: () => Promise<readonly string[]>): Promise<void> {
    try {
      this.note(name, await judge());
    } catch (error) {
      this.note(name, [(error as Error).message]);
    }
  }

  count(name: string, value: number): void {
    this.more[name] = value;
  }

  get result(): ClassResult {
    return { ...this.more, cases: this.cases, failed: this.failed };
  }
}
