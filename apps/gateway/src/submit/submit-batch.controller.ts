import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Runtime } from '@windlass/clock';
import { faultOf, type Problem } from '@windlass/faults';
import type { FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { GatewayConfig } from '../config/gateway.config.js';
import { RUNTIME } from '../gateway-ports.js';
import { ApiProblems } from '../http/problem.dto.js';
import { BatchAnswerDto, BatchDto } from './batch.dto.js';
import { idempotencyKeyOf, MAX_BATCH_KEY } from './idempotency-key.js';
import { BatchReader, readList } from './read-batch.js';
import { BatchSubmitter, failureOfAll } from './submit-batch.js';

@ApiTags('jobs')
@Controller('v1/jobs/batch')
export class SubmitBatchController {
  constructor(
    @Inject(BatchSubmitter) private readonly submitter: BatchSubmitter,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  @Post()
  @HttpCode(202)
  @NeedsScope('jobs:write')
  @ApiOperation({
    summary: 'Submit up to 1,000 jobs',
    description: 'Each is accepted or refused on its own; the answer comes once all are. The body may have 4 MiB.',
  })
  @ApiBody({ type: BatchDto })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'At most 251 characters. Stands for `<key>/<index>` of each item that has no key of its own.',
  })
  @ApiResponse({ status: 202, type: BatchAnswerDto, description: 'Read the items: some may have been refused.' })
  @ApiProblems(
    'http.body-malformed',
    'http.body-too-deep',
    'http.fields-invalid',
    'http.body-too-large',
    'http.content-type-unsupported',
    'submit.not-accepted',
  )
  async submit(@Req() request: FastifyRequest): Promise<BatchAnswerDto> {
    const jobs = readList(request.body);
    const payloads = request.payloadTexts ?? [];
    const reader = new BatchReader({
      tenantId: principalOf(request).tenantId,
      requestId: request.id,
      batchKey: idempotencyKeyOf(request.headers, MAX_BATCH_KEY),
      nowMs: this.runtime.now(),
      maxPayloadBytes: this.config.bodyLimitBytes,
    });
    const items = await this.submitter.submit(jobs.length, (index) => reader.read(jobs[index], index, payloads[index]));
    const failure = failureOfAll(items);
    if (failure) throw faultOf(failure as Problem);
    return { items };
  }
}
