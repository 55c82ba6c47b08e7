import { Controller } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import {
  appendLogs,
  appendLogsReply,
  probeBeats,
  probeBeatsReply,
  reportAttempts,
  reportAttemptsReply,
} from '@windlass/contracts';
import { Rpc } from '@windlass/service-kit';
import { RiverStages } from '../river-stages.js';
import { FOR_SCHEDULER, FOR_WORKER } from '../transports.js';

@Controller()
export class ReportController {
  constructor(private readonly stages: RiverStages) {}

  @Rpc(reportAttempts, reportAttemptsReply, FOR_WORKER)
  async report(request: Static<typeof reportAttempts.schema>) {
    return { items: await this.stages.report(request.items) };
  }

  @Rpc(appendLogs, appendLogsReply, FOR_WORKER)
  async logs(request: Static<typeof appendLogs.schema>) {
    return { fenced: await this.stages.appendLogs(request.items) };
  }
}

@Controller()
export class ProbeController {
  constructor(private readonly stages: RiverStages) {}

  @Rpc(probeBeats, probeBeatsReply, FOR_SCHEDULER)
  async probe(_: Static<typeof probeBeats.schema>) {
    await this.stages.probe();
    return {};
  }
}
