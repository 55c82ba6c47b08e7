import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { LogLine as LogLineShape } from '@windlass/client';
import { type LogLine, type LogPlace, readLogs, readLogsReply } from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { GatewayConfig } from '../config/gateway.config.js';
import { ApiProblems } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { JobFollower, type StreamSource } from './follow-job.js';
import { LogPageDto, ReadLogsDto } from './log.dto.js';
import { logPlaceText, parseLogPlace } from './log-place.js';
import { parseId } from './parse-id.js';
import { iso } from './present-job.js';
import { lastEventId, wantsStream } from './wants-stream.js';

const DEFAULT_LIMIT = 100;
/** Of one read of a stream: with lines of the longest kind 800 KiB that a slow client makes us hold. */
const STREAM_LIMIT = 100;

@ApiTags('jobs')
@Controller('v1/jobs/:id/logs')
export class ReadLogsController {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
    @Inject(JobFollower) private readonly follower: JobFollower,
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
  async read(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Query(new FieldsOf(ReadLogsDto)) query: ReadLogsDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const jobId = parseId(id, 'read.job-unknown');
    const after = query.after === undefined ? undefined : parseLogPlace(query.after, 'after');
    if (wantsStream(request)) {
      const last = lastEventId(request);
      const from = last === undefined ? after : parseLogPlace(last, 'Last-Event-ID');
      return this.follower.follow(request, reply, this.source(request, jobId, from, query.level));
    }
    const page = await this.page(request, jobId, { after, level: query.level, limit: query.limit ?? DEFAULT_LIMIT });
    const last = page.more ? page.items.at(-1) : undefined;
    const answer: LogPageDto = {
      items: page.items.map(presentLine),
      ...(last === undefined ? {} : { nextAfter: logPlaceText(last) }),
      finished: page.finished,
    };
    reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
  }

  private source(
    request: FastifyRequest,
    id: string,
    from: LogPlace | undefined,
    level: ReadLogsDto['level'],
  ): StreamSource {
    let after = from;
    return {
      next: async (waitMs) => {
        const page = await this.page(request, id, { after, level, limit: STREAM_LIMIT, waitMs });
        const last = page.items.at(-1);
        if (last) after = { run: last.run, epoch: last.epoch, seq: last.seq };
        const events = page.items.map((line) => ({ event: 'log', id: logPlaceText(line), data: presentLine(line) }));
        return { events, ended: page.finished && !page.more };
      },
    };
  }

  private page(
    request: FastifyRequest,
    id: string,
    what: { after: LogPlace | undefined; level: ReadLogsDto['level']; limit: number; waitMs?: number },
  ) {
    const { after, level, limit, waitMs = 0 } = what;
    const question = {
      tenantId: principalOf(request).tenantId,
      id,
      limit,
      ...(after === undefined ? {} : { after }),
      ...(level === undefined ? {} : { level }),
    };
    if (waitMs === 0) return this.core.call(readLogs, readLogsReply, question);
    const timeoutMs = this.config.rpcTimeoutMs + waitMs;
    return this.core.call(readLogs, readLogsReply, { ...question, waitMs }, { timeoutMs, kind: 'wait' });
  }
}

function presentLine({ run, epoch, seq, at, level, source, message }: LogLine): LogLineShape {
  return { run, epoch, seq, at: iso(at), level, source, message };
}
