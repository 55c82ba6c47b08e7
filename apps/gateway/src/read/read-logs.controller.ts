import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { LogLine as LogLineShape } from '@windlass/client';
import { type LogLine, readLogs, readLogsReply } from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { ApiProblems } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { LogPageDto, ReadLogsDto } from './log.dto.js';
import { parseId } from './parse-id.js';
import { logPlaceText, parseLogPlace } from './parse-place.js';
import { iso } from './present-job.js';
import { PageServer } from './serve-pages.js';

@ApiTags('jobs')
@Controller('v1/jobs/:id/logs')
export class ReadLogsController {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(PageServer) private readonly pages: PageServer,
  ) {}

  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({
    summary: "Read or follow a job's log",
    description:
      'Oldest first. With `Accept: text/event-stream` as events `log` with ids `run.epoch.seq`, live, until `end`; `error` with a problem if it ends otherwise.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Of a stream: goes on behind this line.' })
  @ApiExtraModels(LogPageDto)
  @ApiResponse({
    status: 200,
    content: {
      'application/json': { schema: { $ref: getSchemaPath(LogPageDto) } },
      'text/event-stream': { schema: { type: 'string' } },
    },
  })
  @ApiProblems('http.fields-invalid', 'read.job-unknown')
  read(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Query(new FieldsOf(ReadLogsDto)) query: ReadLogsDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { tenantId } = principalOf(request);
    const level = query.level === undefined ? {} : { level: query.level };
    const which = { tenantId, id: parseId(id, 'read.job-unknown'), ...level };
    return this.pages.serve(request, reply, query, {
      event: 'log',
      parsePlace: parseLogPlace,
      placeText: logPlaceText,
      present: presentLine,
      read: (question, options) => this.core.call(readLogs, readLogsReply, { ...which, ...question }, options),
    });
  }
}

function presentLine({ run, epoch, seq, at, level, source, message }: LogLine): LogLineShape {
  return { run, epoch, seq, at: iso(at), level, source, message };
}
