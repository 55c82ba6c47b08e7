import { EventEmitter } from 'node:events';
import { ManualRuntime } from '@windlass/clock';
import type { JobView } from '@windlass/contracts';
import type { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../config/gateway.config.js';
import { LoadBounds } from '../http/bound-load.js';
import { StopSignal } from '../http/stop-signal.js';
import { JobReader } from './read-job.js';

let runtime: ManualRuntime;
/** What core was asked to wait, in order. */
let waits: number[];
let state: JobView['state'];
/** How long core takes for a question. */
let takeMs: (waitMs: number) => number;
let raw: EventEmitter;
let load: LoadBounds;
let poll: (waitMs: number) => Promise<JobView>;

beforeEach(() => {
  runtime = new ManualRuntime();
  waits = [];
  state = 'queued';
  takeMs = (waitMs) => waitMs;
  raw = new EventEmitter();
  const core = {
    call: async (_request: unknown, _reply: unknown, { waitMs }: { waitMs: number }) => {
      waits.push(waitMs);
      await runtime.sleep(takeMs(waitMs));
      return { state };
    },
  };
  const limits = { maxInFlight: 9, maxInFlightPerTenant: 9, maxStreams: 1, maxStreamsPerTenant: 1, rpcTimeoutMs: 9 };
  load = new LoadBounds(limits, runtime);
  const config = { rpcTimeoutMs: 100 } as GatewayConfig;
  const reader = new JobReader(core as unknown as RpcClient, config, new StopSignal(), load, runtime);
  const request = { principal: { tenantId: 'acme' } } as FastifyRequest;
  poll = (waitMs) => reader.read(request, { raw } as unknown as FastifyReply, 'id', waitMs);
});

/** Whether a place for another that waits is free. */
function isFree(): boolean {
  try {
    load.enterStream({ principal: { tenantId: 'acme' } } as FastifyRequest)();
    return true;
  } catch {
    return false;
  }
}

describe('a long poll', () => {
  it('asks core in rounds of 5 s until its time is over', async () => {
    const answer = poll(12_000);
    for (let second = 0; second < 12; second += 1) await runtime.advance(1_000);
    expect(await answer).toEqual({ state: 'queued' });
    expect(waits).toEqual([5_000, 5_000, 2_000]);
  });

  it('ends with the job', async () => {
    const answer = poll(60_000);
    await runtime.advance(4_000);
    state = 'succeeded';
    await runtime.advance(1_000);
    expect(await answer).toEqual({ state: 'succeeded' });
    expect(waits).toEqual([5_000]);
  });

  it('whose client has gone gives its place back within 5 s, and asks no more', async () => {
    const answer = poll(60_000);
    await runtime.advance(1_500);
    raw.emit('close');
    expect(isFree()).toBe(false);
    await runtime.advance(3_500);
    await answer;
    expect(isFree()).toBe(true);
    expect(waits).toEqual([5_000]);
  });

  it("passes an answer before its time on: core's word, as when core stops", async () => {
    takeMs = () => 1_000;
    const answer = poll(60_000);
    await runtime.advance(1_000);
    expect(await answer).toEqual({ state: 'queued' });
    expect(waits).toEqual([5_000]);
  });
});
