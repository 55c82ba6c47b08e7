import { tmpdir } from 'node:os';

/** The only file of this tool that touches the environment. */
const environment = process.env;

/** What measured processes inherit: nothing of the user's shell that could change a figure, or leak into one. */
export function cleanEnvironment(extra: Record<string, string>): Record<string, string> {
  const { PATH, HOME, LANG } = environment;
  return {
    PATH: PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: HOME ?? '/',
    LANG: LANG ?? 'C.UTF-8',
    TMPDIR: tmpdir(),
    NODE_ENV: 'production',
    ...extra,
  };
}

/** Settings of a peer's process: not on its command line, since they hold passwords. */
export const SETTINGS_VARIABLE = 'WINDLASS_BENCH_SETTINGS';

export function peerSettings<T>(): T {
  return JSON.parse(environment[SETTINGS_VARIABLE] ?? '{}') as T;
}

/** Figures of the hand-over that a variant changes, as JSON. Read by the preload of that variant's processes only. */
export const DISPATCH_VARIABLE = 'WINDLASS_BENCH_DISPATCH';

export function dispatchChanges(): Record<string, number> {
  return JSON.parse(environment[DISPATCH_VARIABLE] ?? '{}') as Record<string, number>;
}
