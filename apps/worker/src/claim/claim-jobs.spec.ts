import { describe, expect, it } from 'vitest';
import type { WorkerContext } from '../worker-context.js';
import { claimUntilAnswered } from './claim-jobs.js';

describe('how long a claim waits for its answer', () => {
  it.each([
    ['a lease of the default length', 5_000, 5_000],
    ['a short lease: its own answer must not outlive it', 750, 750],
    ['a long lease', 60_000, 5_000],
    ['a pace that core has not told yet', undefined, 5_000],
  ])('%s', async (_, beatMs, expected) => {
    const asked: (number | undefined)[] = [];
    const core: Pick<WorkerContext['core'], 'call'> = {
      call: async (_request, _reply, _body, options) => {
        asked.push(options?.timeoutMs);
        return { jobs: [] } as never;
      },
    };
    const runtime: Pick<WorkerContext['runtime'], 'uuid' | 'monotonicMs'> = {
      uuid: () => 'token',
      monotonicMs: () => 0,
    };
    const context = { core, runtime, worker: 'w', machine: 'm', incarnation: 'i' } as unknown as WorkerContext;
    const signal = new AbortController().signal;
    await claimUntilAnswered(context, { type: 't', versions: [1], ids: ['1'], free: 1, beatMs, signal, onStale() {} });
    expect(asked).toEqual([expected]);
  });
});
