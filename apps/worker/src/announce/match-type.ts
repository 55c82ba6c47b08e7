/** Whether a type's name fits a pattern: `*` stands for any text, so `conversion.*` is every type of that family. */
export function matchesType(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
