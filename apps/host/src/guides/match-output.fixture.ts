/**
 * Compares what a snippet printed with what its guide says. `…` stands for anything within a line, a line of its own for any number of
 * lines. How wide a column is depends on the ids in it, so one blank is as good as ten.
 * @returns what differs, in words; undefined when nothing does
 */
export function matchOutput(expected: readonly string[], printed: readonly string[]): string | undefined {
  const [want, have] = [tidy(expected), tidy(printed)];
  return matches(want, have)
    ? undefined
    : `expected\n${want.map(indent).join('\n')}\nprinted\n${have.map(indent).join('\n')}`;
}

function matches(want: readonly string[], have: readonly string[]): boolean {
  const [first, ...rest] = want;
  if (first === undefined) return have.length === 0;
  if (first === '…') return have.some((_, skipped) => matches(rest, have.slice(skipped))) || rest.length === 0;
  const line = have[0];
  return line !== undefined && patternOf(first).test(line) && matches(rest, have.slice(1));
}

function patternOf(line: string): RegExp {
  return new RegExp(`^${line.split('…').map(literal).join('.*')}$`);
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const indent = (line: string) => `  ${line}`;

function tidy(lines: readonly string[]): string[] {
  const tidied = lines.map((line) => line.replace(/\s+/g, ' ').trim());
  while (tidied.at(-1) === '') tidied.pop();
  return tidied;
}
