import { Controller } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import {
  actionReply,
  beginAction,
  listActions,
  listActionsReply,
  listAudit,
  listAuditReply,
  readAction,
  replayJob,
  replayJobReply,
  stopAction,
} from '@windlass/contracts';
import { Rpc } from '@windlass/service-kit';
import { FOR_GATEWAY } from '../transports.js';
import { JobActions } from './job-actions.js';
import { ReplayJobs } from './replay-jobs.js';

@Controller()
export class ReplayController {
  constructor(
    private readonly replays: ReplayJobs,
    private readonly actions: JobActions,
  ) {}

  @Rpc(replayJob, replayJobReply, FOR_GATEWAY)
  replay(request: Static<typeof replayJob.schema>) {
    return this.replays.replay(request);
  }

  @Rpc(beginAction, actionReply, FOR_GATEWAY)
  begin(request: Static<typeof beginAction.schema>) {
    return this.actions.begin(request);
  }

  @Rpc(readAction, actionReply, FOR_GATEWAY)
  read(request: Static<typeof readAction.schema>) {
    return this.actions.read(request.tenantId, request.id);
  }

  @Rpc(listActions, listActionsReply, FOR_GATEWAY)
  list(request: Static<typeof listActions.schema>) {
    return this.actions.list(request.tenantId);
  }

  @Rpc(stopAction, actionReply, FOR_GATEWAY)
  stop(request: Static<typeof stopAction.schema>) {
    return this.actions.stop(request);
  }

  @Rpc(listAudit, listAuditReply, FOR_GATEWAY)
  audit(request: Static<typeof listAudit.schema>) {
    return this.actions.audit(request);
  }
}
