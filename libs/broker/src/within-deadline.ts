import type { Runtime } from '@windlass/clock';
import { unavailable } from './broker-faults.js';

/** The promise's outcome, or `broker.unavailable` after `timeoutMs`. What it does afterwards is ignored. */
export function withinDeadline<T>(runtime: Runtime, timeoutMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = runtime.after(timeoutMs, () => reject(unavailable('The message broker did not answer in time.')));
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
