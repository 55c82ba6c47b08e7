import { Inject, Injectable } from '@nestjs/common';
import type { Runtime } from '@windlass/clock';
import { type JobView, readJob, readJobReply } from '@windlass/contracts';
import { isFault } from '@windlass/faults';
import { isTerminal } from '@windlass/lifecycle';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { principalOf } from '../auth/principal.js';
import { GatewayConfig } from '../config/gateway.config.js';
import { RUNTIME } from '../gateway-ports.js';
import { LoadBounds } from '../http/bound-load.js';
import { EndSignal } from '../http/end-signal.js';
import { StopSignal } from '../http/stop-signal.js';

/** Of one question to core: how long the place of a client that has gone may stay taken. */
const ROUND_MS = 5_000;
/** Core's clock may run this much faster than ours over a round, and its answer be on its way in no time. */
const ROUND_SLACK_MS = 100;

/** Reads a job, with a wait for its end if asked. */
@Injectable()
export class JobReader {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
    @Inject(StopSignal) private readonly stopping: StopSignal,
    @Inject(LoadBounds) private readonly load: LoadBounds,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  async read(request: FastifyRequest, reply: FastifyReply, id: string, waitMs: number): Promise<JobView> {
    const { tenantId } = principalOf(request);
    if (waitMs === 0) return this.now(tenantId, id);
    const leave = this.load.enterStream(request);
    const gone = new EndSignal();
    reply.raw.once('close', () => gone.fire());
    const waiting = this.wait(tenantId, id, waitMs, gone);
    // Also when the client has gone: the round behind goes on, and so its place stays taken until that is over.
    void waiting.then(leave, leave);
    // Stopping: the client hears the state as it is and waits on at another gateway.
    return (await this.stopping.orEnd(waiting)) ?? this.now(tenantId, id);
  }

  private now(tenantId: string, id: string): Promise<JobView> {
    return this.core.call(readJob, readJobReply, { tenantId, id });
  }

  /** In rounds, so that core does not wait on for a client that has gone. */
  private async wait(tenantId: string, id: string, waitMs: number, gone: EndSignal): Promise<JobView> {
    const untilMs = this.runtime.monotonicMs() + waitMs;
    for (let leftMs = waitMs; ; ) {
      const roundMs = Math.min(leftMs, ROUND_MS);
      const startedMs = this.runtime.monotonicMs();
      const view = await this.round(tenantId, id, roundMs);
      const nowMs = this.runtime.monotonicMs();
      leftMs = Math.ceil(untilMs - nowMs);
      // Before its time an answer is core's word, as when core stops; asking again would be asking in a circle.
      const early = nowMs - startedMs < roundMs - ROUND_SLACK_MS;
      const over = gone.fired || this.stopping.fired || leftMs <= 0;
      if (isTerminal(view.state) || early || over) return view;
    }
  }

  private async round(tenantId: string, id: string, waitMs: number): Promise<JobView> {
    const timeoutMs = this.config.rpcTimeoutMs + waitMs;
    const wait = () => this.core.call(readJob, readJobReply, { tenantId, id, waitMs }, { timeoutMs, kind: 'wait' });
    try {
      return await wait();
    } catch (error) {
      if (!isFault(error) || error.code !== 'broker.circuit-open') throw error;
      // It may only lack a first answer, which a long poll is not let to be.
      await this.now(tenantId, id);
      return wait();
    }
  }
}
