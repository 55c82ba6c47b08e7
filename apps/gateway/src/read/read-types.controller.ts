import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { readTypes, readTypesReply } from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { ApiProblems } from '../http/problem.dto.js';
import { JobTypesDto } from './job-type.dto.js';

@ApiTags('job types')
@Controller('v1/job-types')
export class ReadTypesController {
  constructor(@Inject(RpcClient) private readonly core: RpcClient) {}

  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({ summary: 'List job types', description: 'What can be submitted, as the workers announced it.' })
  @ApiResponse({ status: 200, type: JobTypesDto })
  @ApiProblems()
  list(): Promise<JobTypesDto> {
    return this.core.call(readTypes, readTypesReply, {});
  }
}
