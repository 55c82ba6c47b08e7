import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Runtime } from '@windlass/clock';
import { faultOf, type Problem } from '@windlass/faults';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { RUNTIME } from '../gateway-ports.js';
import { ApiProblems } from '../http/problem.dto.js';
import { readSubmission } from './read-submission.js';
import { SubmissionSender } from './send-submission.js';
import { SubmitJobBodyDto, SubmittedJobDto } from './submit-job.dto.js';

/** The hot route: no pipes and no interceptors, the body's fields are read by a plain call. */
@ApiTags('jobs')
@Controller('v1/jobs')
export class SubmitJobController {
  constructor(
    @Inject(SubmissionSender) private readonly sender: SubmissionSender,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  @Post()
  @HttpCode(202)
  @NeedsScope('jobs:write')
  @ApiOperation({ summary: 'Submit a job', description: 'The answer comes once the job is committed.' })
  @ApiBody({ type: SubmitJobBodyDto })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Repeating a request with its key yields one job and the same answer.',
  })
  @ApiResponse({
    status: 202,
    type: SubmittedJobDto,
    description: 'Committed. `Location` is the job; `Idempotency-Replayed: true` marks a repetition.',
  })
  @ApiProblems(
    'http.body-malformed',
    'http.body-too-deep',
    'http.fields-invalid',
    'http.body-too-large',
    'http.content-type-unsupported',
    'submit.type-unknown',
    'submit.queue-unknown',
    'submit.payload-invalid',
    'submit.key-reused',
    'submit.key-in-progress',
    'submit.duplicate',
    'submit.not-accepted',
    'store.data-refused',
  )
  async submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const item = readSubmission(request, this.runtime.now());
    const outcome = await this.sender.send(item);
    if ('problem' in outcome) throw faultOf(outcome.problem as Problem);
    const { id, state, created, duplicate, type = item.type } = outcome;
    reply.code(202).header('location', `/v1/jobs/${id}`);
    if (!created && !duplicate) reply.header('idempotency-replayed', 'true');
    reply.send(duplicate ? { id, type, state, duplicate } : { id, type, state });
  }
}
