import { Inject, Injectable } from '@nestjs/common';
import { type JobView, readJob, readJobReply } from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import { GatewayConfig } from '../config/gateway.config.js';
import { StopSignal } from '../http/stop-signal.js';

/** Reads a job, with a wait for its end if asked. Also behind other doors, such as an event stream. */
@Injectable()
export class JobReader {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
    @Inject(StopSignal) private readonly stopping: StopSignal,
  ) {}

  async read(tenantId: string, id: string, waitMs: number): Promise<JobView> {
    if (waitMs === 0) return this.core.call(readJob, readJobReply, { tenantId, id });
    const timeoutMs = this.config.rpcTimeoutMs + waitMs;
    const waiting = this.core.call(readJob, readJobReply, { tenantId, id, waitMs }, { timeoutMs });
    const view = await Promise.race([waiting, this.stopping.fired]);
    if (view) return view;
    // Stopping: the client hears the state as it is and waits on at another gateway.
    waiting.catch(() => undefined);
    return this.core.call(readJob, readJobReply, { tenantId, id });
  }
}
