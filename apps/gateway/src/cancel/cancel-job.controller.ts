import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { cancelJob, cancelJobReply } from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { ApiProblems, REFUSED_BODIES } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { parseId } from '../read/parse-id.js';
import { CancelJobDto, CancelledJobDto } from './cancel-job.dto.js';

@ApiTags('jobs')
@Controller('v1/jobs/:id/cancel')
export class CancelJobController {
  constructor(@Inject(RpcClient) private readonly core: RpcClient) {}

  @Post()
  @HttpCode(200)
  @NeedsScope('jobs:write')
  @ApiOperation({
    summary: 'Cancel a job',
    description: 'Waiting or running. A job that is cancelled already answers as it is, so the call may be repeated.',
  })
  @ApiResponse({ status: 200, type: CancelledJobDto, description: 'Committed: nothing of it can succeed any more.' })
  @ApiProblems(...REFUSED_BODIES, 'http.fields-invalid', 'read.job-unknown', 'cancel.job-finished')
  cancel(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body(new FieldsOf(CancelJobDto, {})) { reason }: CancelJobDto,
  ): Promise<CancelledJobDto> {
    const { tenantId, subject } = principalOf(request);
    return this.core.call(cancelJob, cancelJobReply, {
      tenantId,
      id: parseId(id, 'read.job-unknown'),
      actor: subject,
      ...(reason == null ? {} : { reason }),
    });
  }
}
