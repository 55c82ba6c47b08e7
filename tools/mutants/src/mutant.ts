/** What a mutant breaks: a promise, or a line of the review checklist (docs/reliability.md has both). */
export type Promised = 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7' | 'P8';
export type Breaks = Promised | `checklist ${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12}`;

export interface Edit {
  /** From the repository's root. */
  file: string;
  /** Exact text that occurs once in the file. */
  find: string;
  replace: string;
}

/** Who must catch it: a tool of the proof, never a unit test. */
export interface Killer {
  tool: KillerTool;
  /** Command lines, tried in turn until one has seen it: the first finds most, those behind it look further. */
  tries: readonly (readonly string[])[];
}
export const KILLER_TOOLS = ['model', 'simulation', 'chaos'] as const;
export type KillerTool = (typeof KILLER_TOOLS)[number];

export interface Mutant {
  /** Kebab-case, says what goes wrong. */
  name: string;
  breaks: readonly Breaks[];
  /** More than one where each guard alone would be made up for by another. */
  edits: readonly Edit[];
  killer: Killer;
  /** Why it is worth its place, where the name does not say so. */
  why?: string;
  /** Among the few that every run of the checks takes. */
  short?: true;
}
