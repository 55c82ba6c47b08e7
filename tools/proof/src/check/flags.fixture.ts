import { expect, it } from 'vitest';
import type { Verdict } from '../history.js';
import { Forge } from './forge-history.fixture.js';

type Steps = (forge: Forge) => void;

/** A guarantee: the lawful steps leave a clean history, the forged ones one that is flagged as `expected` and by no other rule. */
export function flags(
  title: string,
  expected: string | string[],
  steps: { lawful: Steps; forged: Steps; text?: RegExp },
): void {
  it(title, () => {
    const [lawful, forged] = [new Forge(), new Forge()];
    steps.lawful(lawful);
    expect(lawful.verdict().violations).toEqual([]);
    steps.forged(forged);
    const verdict = forged.verdict();
    expect(found(verdict)).toEqual([expected].flat());
    if (steps.text) expect(verdict.violations.map((each) => each.text).join('\n')).toMatch(steps.text);
  });
}

/** Which rules a verdict names, each with what it counts under. */
export const found = (verdict: Verdict): string[] => [
  ...new Set(verdict.violations.map(({ rule, counts }) => `${rule} ${counts}`)),
];
