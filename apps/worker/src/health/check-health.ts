import type { FileStore } from '@windlass/files';
import type { HealthCheck } from '@windlass/service-kit';
import type { Beats } from '../beat/beat-worker.js';
import type { WorkerContext } from '../worker-context.js';

/** The check writes a file or asks S3: anyone may call the health endpoint, so not each time. */
const FILES_FRESH_MS = 5_000;

export function workerHealthChecks(context: WorkerContext, beats: Beats): HealthCheck[] {
  return [
    { name: 'broker', essential: true, check: (timeoutMs) => context.broker.ping(timeoutMs) },
    {
      name: 'core',
      essential: true,
      check: async () => {
        if (!beats.answered) throw new Error('core has not answered a beat lately');
      },
    },
    { name: 'files', essential: true, check: freshFor(context, context.files) },
  ];
}

function freshFor({ runtime }: WorkerContext, files: FileStore): (timeoutMs: number) => Promise<void> {
  let last: { atMs: number; result: Promise<void> } | undefined;
  return (timeoutMs) => {
    const nowMs = runtime.monotonicMs();
    if (!last || nowMs - last.atMs > FILES_FRESH_MS) last = { atMs: nowMs, result: files.check(timeoutMs) };
    return last.result;
  };
}
