import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { listJobs, listJobsReply, readResult, readResultReply } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import type { FileStore } from '@windlass/files';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { sendObject } from '../files/send-object.js';
import { FILES } from '../gateway-ports.js';
import { LoadBounds } from '../http/bound-load.js';
import { ApiProblems } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { sendProblem } from '../http/send-problem.js';
import { JobDto, JobPageDto, ListJobsDto, NoResultDto, WaitQuery } from './job.dto.js';
import { decodeCursor, encodeCursor } from './page-cursor.js';
import { parseId } from './parse-id.js';
import { parseWait } from './parse-wait.js';
import { jobJson, jobPageJson } from './present-job.js';
import { JobReader } from './read-job.js';

const DEFAULT_LIMIT = 50;
const JSON_TYPE = 'application/json; charset=utf-8';

@ApiTags('jobs')
@Controller('v1/jobs')
export class ReadJobController {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(JobReader) private readonly reader: JobReader,
    @Inject(FILES) private readonly files: FileStore,
    @Inject(LoadBounds) private readonly load: LoadBounds,
  ) {}

  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({ summary: 'List jobs', description: 'Newest first.' })
  @ApiResponse({ status: 200, type: JobPageDto })
  @ApiProblems('http.fields-invalid', 'read.cursor-invalid')
  async list(
    @Req() request: FastifyRequest,
    @Query(new FieldsOf(ListJobsDto)) query: ListJobsDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { tenantId } = principalOf(request);
    const { type, state, tag, queue, cursor, limit } = query;
    const question = {
      tenantId,
      limit: limit ?? DEFAULT_LIMIT,
      ...(type === undefined ? {} : { type }),
      ...(state === undefined ? {} : { state }),
      ...(tag === undefined ? {} : { tag }),
      ...(queue === undefined ? {} : { queue }),
      ...(cursor === undefined ? {} : { before: decodeCursor(cursor) }),
    };
    const page = await this.load.list(tenantId, () => this.core.call(listJobs, listJobsReply, question));
    const next = page.next === undefined ? undefined : encodeCursor(page.next);
    sendJson(reply, jobPageJson(page.items, next));
  }

  @Get(':id')
  @NeedsScope('jobs:read')
  @ApiOperation({ summary: 'Read a job', description: 'With `wait`, a long poll for its end.' })
  @ApiResponse({ status: 200, type: JobDto })
  @ApiProblems('http.fields-invalid', 'read.job-unknown')
  async read(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Query(new FieldsOf(WaitQuery)) query: WaitQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const waitMs = parseWait(query.wait);
    const view = await this.reader.read(request, reply, parseId(id, 'read.job-unknown'), waitMs);
    sendJson(reply, jobJson(view));
  }

  @Get(':id/result')
  @NeedsScope('jobs:read')
  @ApiOperation({ summary: "Read a job's result", description: 'As its handler returned it; a large one is streamed.' })
  @ApiExtraModels(NoResultDto)
  @ApiResponse({ status: 200, description: 'Any JSON.', content: { 'application/json': { schema: {} } } })
  @ApiProblems('read.job-unknown', 'files.unknown', 'files.unavailable')
  @ApiResponse({
    status: 409,
    description:
      '`read.result-not-ready`: the job is not finished, or did not succeed; `state` says which. `files.changed`: the stored result is another one.',
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(NoResultDto) } } },
  })
  async result(@Req() request: FastifyRequest, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const { tenantId } = principalOf(request);
    const answer = await this.core.call(readResult, readResultReply, { tenantId, id: parseId(id, 'read.job-unknown') });
    if (answer.state === 'succeeded' && answer.resultFile) {
      const object = { ...answer.resultFile, name: 'result.json', contentType: JSON_TYPE };
      return sendObject(this.files, object, false, request, reply);
    }
    if (answer.state === 'succeeded') return sendJson(reply, answer.result ?? 'null');
    const { state, error } = answer;
    const known = fault('read.result-not-ready', {
      detail: `The job is ${state}; only a job that succeeded has a result.`,
    });
    sendProblem(reply, known, { state, ...(error ? { error } : {}) });
  }
}

function sendJson(reply: FastifyReply, json: string): void {
  reply.header('content-type', JSON_TYPE).send(json);
}
