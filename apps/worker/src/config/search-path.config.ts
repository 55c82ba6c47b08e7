/** Where programs are looked for: the children get the same. */
export function searchPath(): string {
  return process.env.PATH ?? '';
}
