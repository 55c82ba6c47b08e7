import { join } from 'node:path';
import { systemRuntime } from '@windlass/clock';
import { createRunner, loadHandlers } from '@windlass/handler-kit/runner';
import { type HopFigures, measureHop } from './hop.js';

/** From the attempt to its outcome through a child process that is there already. */
export async function measureChild(directory: string, scale: number): Promise<HopFigures> {
  const handlers = await loadHandlers([import.meta.resolve('@windlass/handler-hash')], { baseDir: directory });
  let open = 0;
  let settled: () => void = () => undefined;
  let failure: string | undefined;
  const runner = createRunner({
    handlers,
    scratchRoot: join(directory, 'hop-scratch'),
    events: {
      onOutcome: (_key, { kind }) => {
        if (kind !== 'succeeded') failure ??= kind;
        open -= 1;
        if (open === 0) settled();
      },
      onProgress: () => undefined,
      onLog: () => undefined,
      onFileRequest: () => Promise.reject(new Error('hash has no files')),
    },
  });
  const run = async (size: number) => {
    open = size;
    const ended = new Promise<void>((resolve) => {
      settled = resolve;
    });
    const attempts = Array.from({ length: size }, () => ({
      ...{ key: systemRuntime.uuid(), type: 'hash', version: 1, jobId: systemRuntime.uuid(), attempt: 1 },
      ...{ payload: '{"example":"data","n":12345}', softMs: 5_000, hardMs: 10_000 },
    }));
    runner.run(attempts);
    await ended;
    if (failure) throw new Error(`an attempt ${failure}`);
  };
  try {
    await runner.warm();
    return await measureHop('child', 'to the child, the hash, and back', run, scale);
  } finally {
    await runner.stop();
  }
}
