import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { JobState, ReplayedJob } from '@windlass/client';
import { replayJob, replayJobReply } from '@windlass/contracts';
import { STATES } from '@windlass/lifecycle';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { NoFields } from '../http/no-fields.pipe.js';
import { ApiProblems, REFUSED_BODIES } from '../http/problem.dto.js';
import { parseId } from '../read/parse-id.js';

export class ReplayedJobDto implements ReplayedJob {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ description: 'The new one.' })
  run: number;
  @ApiProperty({ enum: STATES })
  state: JobState;
}

@ApiTags('jobs')
@Controller('v1/jobs/:id/replay')
export class ReplayJobController {
  constructor(@Inject(RpcClient) private readonly core: RpcClient) {}

  @Post()
  @HttpCode(202)
  @NeedsScope('jobs:write')
  @ApiOperation({
    summary: 'Run a finished job again',
    description:
      'As its next run, with the payload and options that it had, at once. Its earlier runs stay in its history.',
  })
  @ApiResponse({ status: 202, type: ReplayedJobDto })
  @ApiProblems(
    ...REFUSED_BODIES,
    'http.fields-invalid',
    'read.job-unknown',
    'replay.job-unfinished',
    'replay.duplicate',
    'submit.queue-unknown',
  )
  replay(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body(NoFields) _body: undefined,
  ): Promise<ReplayedJobDto> {
    const { tenantId, subject } = principalOf(request);
    return this.core.call(replayJob, replayJobReply, {
      tenantId,
      id: parseId(id, 'read.job-unknown'),
      actor: subject,
    });
  }
}
