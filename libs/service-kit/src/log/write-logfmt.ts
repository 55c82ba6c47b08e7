/** One JSON object as a logfmt line; nested fields become `outer.inner=`. Fields that are missing are left out. */
export function writeLogfmt(jsonLine: string): string {
  const pairs: string[] = [];
  addPairs(pairs, '', JSON.parse(jsonLine) as Record<string, unknown>);
  return `${pairs.join(' ')}\n`;
}

function addPairs(pairs: string[], prefix: string, fields: object): void {
  for (const [key, value] of Object.entries(fields)) {
    // A key ends at the first space, quote or equals sign: one from outside must not forge a field.
    const name = prefix + key.replace(/[^\w.@/-]/g, '_');
    if (typeof value === 'object' && value !== null) addPairs(pairs, `${name}.`, value);
    else pairs.push(`${name}=${quote(value)}`);
  }
}

/** Quoted when it would not read as one word; JSON's escapes keep newlines from starting a line of their own. */
function quote(value: unknown): string {
  const text = String(value);
  return /^[^\s"=\\\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text);
}
