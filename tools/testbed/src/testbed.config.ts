/** What a service needs of the environment of whoever starts it; all else it gets from the testbed. */
export function inheritedEnv(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }) };
}
