import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { readEvents, readEventsReply } from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { GatewayConfig } from '../config/gateway.config.js';
import { ApiProblems } from '../http/problem.dto.js';
import { invalid } from '../http/read-fields.js';
import { JobFollower, type StreamSource } from './follow-job.js';
import { JobEventsDto } from './job.dto.js';
import { parseId } from './parse-id.js';
import { presentEvent } from './present-job.js';
import { lastEventId, wantsStream } from './wants-stream.js';

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
      'Submission, starts, exceptional transitions and the one terminal event per run. With `Accept: text/event-stream` as events `job` whose id is their count, live, until `end`; `error` with a problem if it ends otherwise.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Of a stream: goes on behind this event.' })
  @ApiExtraModels(JobEventsDto)
  @ApiResponse({
    status: 200,
    content: {
      'application/json': { schema: { $ref: getSchemaPath(JobEventsDto) } },
      'text/event-stream': { schema: { type: 'string' } },
    },
  })
  @ApiProblems('http.fields-invalid', 'read.job-unknown')
  async read(@Req() request: FastifyRequest, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const jobId = parseId(id, 'read.job-unknown');
    if (wantsStream(request)) {
      return this.follower.follow(request, reply, this.source(request, jobId, countOf(lastEventId(request))));
    }
    const { items } = await this.events(request, jobId, 0, 0);
    const answer: JobEventsDto = { items: items.map(presentEvent) };
    reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
  }

  private source(request: FastifyRequest, id: string, from: number): StreamSource {
    let known = from;
    return {
      next: async (waitMs) => {
        const { items, finished } = await this.events(request, id, known, waitMs);
        const fresh = items.slice(known);
        const events = fresh.map((event, index) => ({
          event: 'job',
          id: String(known + index + 1),
          data: presentEvent(event),
        }));
        known += fresh.length;
        return { events, ended: finished };
      },
    };
  }

  private events(request: FastifyRequest, id: string, known: number, waitMs: number) {
    const question = { tenantId: principalOf(request).tenantId, id };
    if (waitMs === 0) return this.core.call(readEvents, readEventsReply, question);
    const timeoutMs = this.config.rpcTimeoutMs + waitMs;
    return this.core.call(readEvents, readEventsReply, { ...question, known, waitMs }, { timeoutMs, kind: 'wait' });
  }
}

/** How many the client has. */
function countOf(last: string | undefined): number {
  if (last === undefined) return 0;
  if (/^\d{1,6}$/.test(last)) return Number(last);
  throw invalid([{ path: 'Last-Event-ID', message: 'must be the id of an event as it was sent: a whole number' }]);
}
