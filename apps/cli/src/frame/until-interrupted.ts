import type { Cli } from './cli.js';
import { Interrupted } from './cli-failure.js';

/** Ctrl-C aborts the signal and ends the command with 130; `hint` says what goes on without it. A second one ends the process. */
export async function untilInterrupted<T>(
  cli: Cli,
  hint: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const release = cli.onInterrupt(() => {
    release();
    stop.abort();
  });
  try {
    return await work(stop.signal);
  } catch (error) {
    throw stop.signal.aborted ? new Interrupted(hint) : error;
  } finally {
    release();
  }
}
