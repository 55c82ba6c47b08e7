import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { type EventPlace, readEvents, readEventsReply } from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { GatewayConfig } from '../config/gateway.config.js';
import { ApiProblems } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { EventPageDto, ReadEventsDto } from './event.dto.js';
import { JobFollower, type StreamSource } from './follow-job.js';
import { eventPlaceText, parseEventPlace } from './log-place.js';
import { parseId } from './parse-id.js';
import { presentEvent } from './present-job.js';
import { lastEventId, wantsStream } from './wants-stream.js';

const DEFAULT_LIMIT = 100;
/** Of one read of a stream: a slow client makes us hold it, and core cuts it at 2 MiB. */
const STREAM_LIMIT = 100;

@ApiTags('jobs')
@Controller('v1/jobs/:id/events')
export class ReadEventsController {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
    @Inject(JobFollower) private readonly follower: JobFollower,
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
  async read(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Query(new FieldsOf(ReadEventsDto)) query: ReadEventsDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const jobId = parseId(id, 'read.job-unknown');
    const after = query.after === undefined ? undefined : parseEventPlace(query.after, 'after');
    if (wantsStream(request)) {
      const last = lastEventId(request);
      const from = last === undefined ? after : parseEventPlace(last, 'Last-Event-ID');
      return this.follower.follow(request, reply, this.source(request, jobId, from));
    }
    const page = await this.page(request, jobId, { after, limit: query.limit ?? DEFAULT_LIMIT });
    const last = page.more ? page.items.at(-1) : undefined;
    const answer: EventPageDto = {
      items: page.items.map(presentEvent),
      ...(last === undefined ? {} : { nextAfter: eventPlaceText(last) }),
      finished: page.finished,
    };
    reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
  }

  private source(request: FastifyRequest, id: string, from: EventPlace | undefined): StreamSource {
    let after = from;
    return {
      next: async (waitMs) => {
        const page = await this.page(request, id, { after, limit: STREAM_LIMIT, waitMs });
        const last = page.items.at(-1);
        if (last) after = { run: last.run, epoch: last.epoch, rank: last.rank };
        const events = page.items.map((each) => ({ event: 'job', id: eventPlaceText(each), data: presentEvent(each) }));
        return { events, ended: page.finished && !page.more };
      },
    };
  }

  private page(
    request: FastifyRequest,
    id: string,
    { after, limit, waitMs = 0 }: { after: EventPlace | undefined; limit: number; waitMs?: number },
  ) {
    const { tenantId } = principalOf(request);
    const question = { tenantId, id, limit, ...(after === undefined ? {} : { after }) };
    if (waitMs === 0) return this.core.call(readEvents, readEventsReply, question);
    const timeoutMs = this.config.rpcTimeoutMs + waitMs;
    return this.core.call(readEvents, readEventsReply, { ...question, waitMs }, { timeoutMs, kind: 'wait' });
  }
}
