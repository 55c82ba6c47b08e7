import { Inject, Injectable } from '@nestjs/common';
import { type JobView, readJob, readJobReply } from '@windlass/contracts';
import { isFault } from '@windlass/faults';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../auth/principal.js';
import { GatewayConfig } from '../config/gateway.config.js';
import { LoadBounds } from '../http/bound-load.js';
import { StopSignal } from '../http/stop-signal.js';

/** Reads a job, with a wait for its end if asked. */
@Injectable()
export class JobReader {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
    @Inject(StopSignal) private readonly stopping: StopSignal,
    @Inject(LoadBounds) private readonly load: LoadBounds,
  ) {}

  async read(request: FastifyRequest, id: string, waitMs: number): Promise<JobView> {
    const { tenantId } = principalOf(request);
    if (waitMs === 0) return this.now(tenantId, id);
    const leave = this.load.enterStream(request);
    const waiting = this.wait(tenantId, id, waitMs);
    // Also when the client has gone: the call behind goes on, and so its place stays taken.
    void waiting.then(leave, leave);
    // Stopping: the client hears the state as it is and waits on at another gateway.
    return (await this.stopping.orEnd(waiting)) ?? this.now(tenantId, id);
  }

  private now(tenantId: string, id: string): Promise<JobView> {
    return this.core.call(readJob, readJobReply, { tenantId, id });
  }

  private async wait(tenantId: string, id: string, waitMs: number): Promise<JobView> {
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
