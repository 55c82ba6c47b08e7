import type { ClassName } from '../classes/fuzz-class.js';

/** What a class has run at least: always, and for each case of `--cases`. */
interface Least {
  fixed: number;
  perCase?: number;
}

/** As of the release: a class that runs fewer has lost some on the way. More need no change here, though they deserve one. */
export const LEAST_CASES: Readonly<Record<ClassName, Least>> = {
  // 36 operations, and from ENOUGH_CASES on one more case of each: whether it was accepted.
  openapi: { fixed: 1, perCase: 36 },
  objects: { fixed: 798 },
  functions: { fixed: 1_054 },
  jwt: { fixed: 319 },
  prototype: { fixed: 814 },
  strings: { fixed: 2_407 },
  numbers: { fixed: 1_252 },
  shape: { fixed: 122 },
  // A twentieth as many damaged copies of each of its three samples.
  files: { fixed: 183, perCase: 3 / 20 },
  grants: { fixed: 1_834 },
  amqp: { fixed: 104 },
};

/** Nothing when the class ran as many as it must. */
export function judgeCount(name: ClassName, ran: number, cases: number): string[] {
  const { fixed, perCase = 0 } = LEAST_CASES[name];
  const least = fixed + Math.floor(perCase * cases);
  return ran < least ? [`it ran ${ran} cases, the table of least-cases.ts says at least ${least}`] : [];
}
