import type { Cli } from './cli.js';

/** A terminal signals its whole group and npm passes the signal on as well: what comes this close is the same one. */
const SAME_SIGNAL_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Resolves when a signal came and `stop` has done its work; rejects with what `stop` rejected. A second signal ends the process
 * at once with 1: then work was cut off.
 */
export function stopOnSignal(cli: Cli, stop: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let firstMs: number | undefined;
    const onSignal = () => {
      const nowMs = performance.now();
      if (firstMs === undefined) {
        firstMs = nowMs;
        if (cli.terminal.live) cli.terminal.err('\nstopping; once more to leave at once\n');
        stop().then(resolve, reject);
      } else if (nowMs - firstMs > SAME_SIGNAL_MS) {
        cli.terminal.err('left at once: work was cut off\n');
        process.exit(1);
      }
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}
