import { Controller } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import { cancelJob, cancelJobReply } from '@windlass/contracts';
import { Rpc } from '@windlass/service-kit';
import { FOR_GATEWAY } from '../transports.js';
import { CancelJobs } from './cancel-jobs.js';

@Controller()
export class CancelController {
  constructor(private readonly cancels: CancelJobs) {}

  @Rpc(cancelJob, cancelJobReply, FOR_GATEWAY)
  cancel(request: Static<typeof cancelJob.schema>) {
    return this.cancels.cancel(request);
  }
}
