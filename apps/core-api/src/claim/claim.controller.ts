import { Controller } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import {
  announceWorker,
  announceWorkerReply,
  beatWorker,
  beatWorkerReply,
  claimJobs,
  claimJobsReply,
  releaseAttempts,
  releaseAttemptsReply,
} from '@windlass/contracts';
import { Rpc } from '@windlass/service-kit';
import { RiverStages } from '../river-stages.js';
import { FOR_WORKER } from '../transports.js';

@Controller()
export class ClaimController {
  constructor(private readonly stages: RiverStages) {}

  @Rpc(announceWorker, announceWorkerReply, FOR_WORKER)
  announce(request: Static<typeof announceWorker.schema>) {
    return this.stages.announce(request);
  }

  @Rpc(claimJobs, claimJobsReply, FOR_WORKER)
  async claim(request: Static<typeof claimJobs.schema>) {
    return { jobs: await this.stages.claims.add(request) };
  }

  @Rpc(beatWorker, beatWorkerReply, FOR_WORKER)
  beat(request: Static<typeof beatWorker.schema>) {
    return this.stages.beats.add(request);
  }

  @Rpc(releaseAttempts, releaseAttemptsReply, FOR_WORKER)
  async release(request: Static<typeof releaseAttempts.schema>) {
    return { released: await this.stages.release(request.items) };
  }
}
