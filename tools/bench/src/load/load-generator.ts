import { fileURLToPath } from 'node:url';
import { SpawnedProcess } from '../process/spawn-process.js';
import type { LoadOrder, LoadReport } from './load-order.js';

/** Beyond the run's own deadline: for the message and the machine. */
const GRACE_MS = 10_000;

/** Submits jobs from a process of its own. One order at a time. */
export class LoadGenerator {
  private readonly process: SpawnedProcess;

  constructor(directory: string) {
    const file = fileURLToPath(new URL('./load.process.js', import.meta.url));
    this.process = new SpawnedProcess({ role: 'load', file, env: {}, directory, ipc: true });
  }

  /** Resolves when every job has been accepted. Throws when one was not. */
  async submit(order: LoadOrder): Promise<{ startedNs: bigint; endedNs: bigint }> {
    const report = await this.ask(order);
    if (report.failure !== undefined || report.accepted !== order.count) {
      throw new Error(
        `${report.accepted} of ${order.count} jobs were accepted: ${report.failure ?? 'no reason given'}`,
      );
    }
    return { startedNs: BigInt(report.startedNs), endedNs: BigInt(report.endedNs) };
  }

  stop(): Promise<void> {
    return this.process.stop();
  }

  private ask(order: LoadOrder): Promise<LoadReport> {
    const { child } = this.process;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit);
        finish();
      };
      const onMessage = (report: LoadReport) => settle(() => resolve(report));
      const onExit = () => settle(() => reject(new Error(`the load process ended:\n${this.process.logTail()}`)));
      const late = () => settle(() => reject(new Error('the load process does not answer')));
      const timer = setTimeout(late, order.deadlineMs + GRACE_MS);
      child.once('message', onMessage as (message: unknown) => void).once('exit', onExit);
      child.send(order);
    });
  }
}
