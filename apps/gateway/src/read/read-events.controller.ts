import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { readEvents, readEventsReply } from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { ApiProblems } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { EventPageDto, ReadEventsDto } from './event.dto.js';
import { parseId } from './parse-id.js';
import { eventPlaceText, parseEventPlace } from './parse-place.js';
import { presentEvent } from './present-job.js';
import { PageServer } from './serve-pages.js';

@ApiTags('jobs')
@Controller('v1/jobs/:id/events')
export class ReadEventsController {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(PageServer) private readonly pages: PageServer,
  ) {}

  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({
    summary: "Read or follow a job's history",
    description:
      'Oldest first: submission, starts, exceptional transitions and the one terminal event per run. With `Accept: text/event-stream` as events `job` with ids `run.epoch.rank`, live, until `end`; `error` with a problem if it ends otherwise.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Of a stream: goes on behind this event.' })
  @ApiExtraModels(EventPageDto)
  @ApiResponse({
    status: 200,
    content: {
      'application/json': { schema: { $ref: getSchemaPath(EventPageDto) } },
      'text/event-stream': { schema: { type: 'string' } },
    },
  })
  @ApiProblems('http.fields-invalid', 'read.job-unknown')
  read(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Query(new FieldsOf(ReadEventsDto)) query: ReadEventsDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const which = { tenantId: principalOf(request).tenantId, id: parseId(id, 'read.job-unknown') };
    return this.pages.serve(request, reply, query, {
      event: 'job',
      parsePlace: parseEventPlace,
      placeText: eventPlaceText,
      present: presentEvent,
      read: (question, options) => this.core.call(readEvents, readEventsReply, { ...which, ...question }, options),
    });
  }
}
