import { Body, Controller, Delete, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FileInfo } from '@windlass/client';
import type { FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { GatewayConfig } from '../config/gateway.config.js';
import { ApiProblems, REFUSED_BODIES } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { parseId } from '../read/parse-id.js';
import { acceptType } from './accept-type.js';
import { DirectUploads } from './direct-upload.js';
import { BeginUploadDto, CompleteUploadDto, FileDto, presentFile, UploadDto } from './file.dto.js';
import { checkedName } from './name-file.js';

@ApiTags('files')
@Controller('v1/files/uploads')
export class DirectUploadController {
  constructor(
    @Inject(DirectUploads) private readonly uploads: DirectUploads,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
  ) {}

  @Post()
  @HttpCode(201)
  @NeedsScope('files:write')
  @ApiOperation({ summary: 'Begin a direct upload', description: 'Answers URLs of the storage to send the bytes to.' })
  @ApiResponse({ status: 201, type: UploadDto })
  @ApiProblems(
    ...REFUSED_BODIES,
    'http.fields-invalid',
    'files.too-large',
    'files.type-refused',
    'files.presign-unsupported',
    'files.unavailable',
  )
  begin(@Req() request: FastifyRequest, @Body(new FieldsOf(BeginUploadDto)) body: BeginUploadDto): Promise<UploadDto> {
    const contentType = acceptType(body.contentType, this.config.fileTypes, '/contentType');
    const name = checkedName(body.name, '/name');
    return this.uploads.begin(principalOf(request).tenantId, { ...body, name, contentType });
  }

  @Post(':id/complete')
  @HttpCode(200)
  @NeedsScope('files:write')
  @ApiOperation({
    summary: 'Complete a direct upload',
    description: 'Checks size and sha256 of what arrived. May be repeated.',
  })
  @ApiResponse({ status: 200, type: FileDto })
  @ApiProblems(
    ...REFUSED_BODIES,
    'http.fields-invalid',
    'files.upload-unknown',
    'files.upload-incomplete',
    'files.checksum-mismatch',
    'files.changed',
    'files.presign-unsupported',
    'files.unavailable',
  )
  async complete(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body(new FieldsOf(CompleteUploadDto, {})) body: CompleteUploadDto,
  ): Promise<FileInfo> {
    const { tenantId } = principalOf(request);
    return presentFile(await this.uploads.complete(tenantId, parseId(id, 'files.upload-unknown'), body));
  }

  @Delete(':id')
  @HttpCode(204)
  @NeedsScope('files:write')
  @ApiOperation({ summary: 'Give up a direct upload' })
  @ApiResponse({ status: 204 })
  @ApiProblems(...REFUSED_BODIES, 'files.upload-unknown', 'files.presign-unsupported', 'files.unavailable')
  async abort(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    await this.uploads.abort(principalOf(request).tenantId, parseId(id, 'files.upload-unknown'));
  }
}
