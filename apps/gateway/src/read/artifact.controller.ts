import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type ArtifactEntry, readArtifacts, readArtifactsReply } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import type { FileStore } from '@windlass/files';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { RedirectQuery, wantsRedirect } from '../files/redirect.query.js';
import { sendObject } from '../files/send-object.js';
import { FILES } from '../gateway-ports.js';
import { ApiProblems } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { ArtifactsDto } from './artifact.dto.js';
import { parseId } from './parse-id.js';

@ApiTags('jobs')
@Controller('v1/jobs/:id/artifacts')
export class ArtifactController {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(FILES) private readonly files: FileStore,
  ) {}

  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({ summary: "List a job's artifacts", description: 'Those of the attempt that succeeded.' })
  @ApiResponse({ status: 200, type: ArtifactsDto })
  @ApiProblems('read.job-unknown')
  async list(@Req() request: FastifyRequest, @Param('id') id: string): Promise<ArtifactsDto> {
    const entries = await this.read(request, id);
    return {
      items: entries.map(({ name, size, sha256, contentType }) => ({
        name,
        size,
        sha256,
        contentType,
        url: `/v1/jobs/${id}/artifacts/${name.split('/').map(encodeURIComponent).join('/')}`,
      })),
    };
  }

  @Get('*')
  @NeedsScope('jobs:read')
  @ApiOperation({ summary: 'Download an artifact' })
  @ApiParam({ name: 'path', description: 'Its name, which may contain `/`.' })
  @ApiResponse({
    status: 200,
    description: 'Its bytes.',
    content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiResponse({ status: 302, description: 'With `redirect=true`: where the storage hands it out.' })
  @ApiProblems(
    'http.fields-invalid',
    'read.job-unknown',
    'read.artifact-unknown',
    'files.changed',
    'files.unknown',
    'files.unavailable',
  )
  async download(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Query(new FieldsOf(RedirectQuery)) query: RedirectQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    // Fastify's name for the rest of the path, decoded.
    const name = (request.params as Record<string, string>)['*'] ?? '';
    const entry = (await this.read(request, id)).find((each) => each.name === name);
    if (!entry)
      throw fault('read.artifact-unknown', {
        detail: 'The job has no such artifact; its artifacts are listed at /artifacts.',
      });
    await sendObject(this.files, entry, wantsRedirect(query), request, reply);
  }

  private async read(request: FastifyRequest, id: string): Promise<ArtifactEntry[]> {
    const { tenantId } = principalOf(request);
    const answer = await this.core.call(readArtifacts, readArtifactsReply, {
      tenantId,
      id: parseId(id, 'read.job-unknown'),
    });
    return answer.items;
  }
}
