/** At most three of `names` that `text` may have been meant for, the nearest first. `spellings` are what a name is compared by. */
export function nearestNames(text: string, names: string[], spellings: (name: string) => string[]): string[] {
  const given = plainly(text);
  // A third of the letters wrong is still a slip; more is another word.
  const most = Math.max(1, Math.floor(given.length / 3));
  const near = names
    .map((name) => ({ name, far: Math.min(...spellings(name).map((each) => distance(given, plainly(each)))) }))
    .filter(({ far }) => far <= most)
    .sort((one, other) => one.far - other.far);
  // Where one fits well, those that fit badly only distract.
  return near
    .filter(({ far }) => far <= near[0]!.far + 1)
    .slice(0, 3)
    .map(({ name }) => name);
}

function plainly(text: string): string {
  return text.trim().toLowerCase().replaceAll(/[\s-]/g, '_');
}

/** Levenshtein's: letters to insert, delete or replace. One row of the table at a time. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
