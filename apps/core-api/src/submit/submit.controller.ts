import { Controller } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import { type SubmitOutcome, submitJobs, submitJobsReply } from '@windlass/contracts';
import { Rpc } from '@windlass/service-kit';
import { FOR_GATEWAY } from '../transports.js';
import { SubmitJobs } from './submit-jobs.js';

@Controller()
export class SubmitController {
  constructor(private readonly submission: SubmitJobs) {}

  @Rpc(submitJobs, submitJobsReply, FOR_GATEWAY)
  async submit(request: Static<typeof submitJobs.schema>): Promise<{ items: SubmitOutcome[] }> {
    return { items: await this.submission.submit(request.items) };
  }
}
