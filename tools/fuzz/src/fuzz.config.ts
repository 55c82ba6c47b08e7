import { tmpdir } from 'node:os';

/** What the fuzzed platform inherits: nothing of the user's shell that could change what it does. The only file that touches the environment. */
export function cleanEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const { PATH, HOME, LANG } = process.env;
  return {
    PATH: PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: HOME ?? '/',
    LANG: LANG ?? 'C.UTF-8',
    TMPDIR: tmpdir(),
    NODE_ENV: 'production',
    ...extra,
  };
}
