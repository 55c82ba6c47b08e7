import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { faultOf, type Problem } from '@windlass/faults';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { ApiProblems } from '../http/problem.dto.js';
import { SubmissionPacker } from './pack-submissions.js';
import { readSubmission } from './read-submission.js';
import { SubmitJobBodyDto, SubmittedJobDto } from './submit-job.dto.js';

/** The hot route: no pipes and no interceptors, the body's fields are read by a plain call. */
@ApiTags('jobs')
@Controller('v1/jobs')
export class SubmitJobController {
  constructor(@Inject(SubmissionPacker) private readonly packer: SubmissionPacker) {}

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
    'submit.payload-invalid',
    'submit.key-reused',
    'submit.key-in-progress',
    'submit.not-accepted',
    'store.data-refused',
  )
  async submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const item = readSubmission(request);
    const outcome = await this.packer.submit(item);
    if ('problem' in outcome) throw faultOf(outcome.problem as Problem);
    reply.code(202).header('location', `/v1/jobs/${outcome.id}`);
    if (!outcome.created) reply.header('idempotency-replayed', 'true');
    reply.send({ id: outcome.id, type: item.type, state: outcome.state });
  }
}
