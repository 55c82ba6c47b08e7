import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FileInfo } from '@windlass/client';
import { type FileView, fileReply, readFile } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import type { FileStore } from '@windlass/files';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { FILES } from '../gateway-ports.js';
import { ApiProblems } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { parseId } from '../read/parse-id.js';
import { FileDto, presentFile } from './file.dto.js';
import { RedirectQuery, wantsRedirect } from './redirect.query.js';
import { sendObject } from './send-object.js';

@ApiTags('files')
@Controller('v1/files')
export class DownloadFileController {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(FILES) private readonly files: FileStore,
  ) {}

  @Get(':id')
  @NeedsScope('files:read')
  @ApiOperation({ summary: 'Read what is known of a file' })
  @ApiResponse({ status: 200, type: FileDto })
  @ApiProblems('files.unknown')
  async read(@Req() request: FastifyRequest, @Param('id') id: string): Promise<FileInfo> {
    return presentFile(await this.find(request, id));
  }

  @Get(':id/content')
  @NeedsScope('files:read')
  @ApiOperation({ summary: 'Download a file' })
  @ApiResponse({
    status: 200,
    description: 'Its bytes.',
    content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiResponse({ status: 302, description: 'With `redirect=true`: where the storage hands it out.' })
  @ApiProblems('http.fields-invalid', 'files.unknown', 'files.upload-incomplete', 'files.changed', 'files.unavailable')
  async content(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Query(new FieldsOf(RedirectQuery)) query: RedirectQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const file = await this.find(request, id);
    if (file.state !== 'stored') throw fault('files.upload-incomplete', { detail: 'Complete the upload first.' });
    await sendObject(this.files, file, wantsRedirect(query), request, reply);
  }

  private find(request: FastifyRequest, id: string): Promise<FileView> {
    const { tenantId } = principalOf(request);
    return this.core.call(readFile, fileReply, { tenantId, id: parseId(id, 'files.unknown') });
  }
}
