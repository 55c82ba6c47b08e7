import type { Runtime } from '@windlass/clock';
import { messageOf } from '@windlass/faults';
import type { Logger } from '../log/create-logger.js';

/** A terminal signals a whole group and its supervisors pass the signal on: what comes this close is the same one. */
const SAME_SIGNAL_MS = 500;

export interface EndOptions {
  logger: Logger;
  runtime: Runtime;
  shutdownTimeoutMs: number;
  /** Resolves when the service has stopped. */
  stop(): Promise<void>;
}

/**
 * SIGTERM or SIGINT stops the service and exits 0. Exits 1 when stopping fails, takes too long or a second signal asks to
 * leave at once: then work was cut off, and the supervisor may know.
 */
export function endOnSignal(options: EndOptions): void {
  const { logger, runtime } = options;
  let firstMs: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const nowMs = runtime.monotonicMs();
    if (firstMs === undefined) {
      firstMs = nowMs;
      logger.info({ operation: 'stop', signal }, 'stopping');
      void end(options);
    } else if (nowMs - firstMs > SAME_SIGNAL_MS) {
      logger.warn({ operation: 'stop', signal }, 'second signal: leaving at once');
      process.exit(1);
    }
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function end({ logger, runtime, shutdownTimeoutMs, stop }: EndOptions): Promise<void> {
  const startMs = runtime.monotonicMs();
  runtime.after(shutdownTimeoutMs, () => {
    logger.error({ operation: 'stop', shutdownTimeoutMs }, 'stopping took too long: work was cut off');
    process.exit(1);
  });
  try {
    await stop();
  } catch (error) {
    logger.error({ operation: 'stop', error }, `stopping failed: ${messageOf(error)}`);
    process.exit(1);
  }
  logger.info({ operation: 'stop', durationMs: Math.round(runtime.monotonicMs() - startMs) }, 'stopped');
  process.exit(0);
}
