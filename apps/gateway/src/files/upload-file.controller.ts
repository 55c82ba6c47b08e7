import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { GatewayConfig } from '../config/gateway.config.js';
import { ApiProblems } from '../http/problem.dto.js';
import { invalid } from '../http/read-fields.js';
import { acceptType } from './accept-type.js';
import { FileDto, presentFile } from './file.dto.js';
import { readUpload } from './read-upload.js';
import { UploadStorer } from './store-upload.js';

@ApiTags('files')
@Controller('v1/files')
export class UploadFileController {
  constructor(
    @Inject(UploadStorer) private readonly storer: UploadStorer,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
  ) {}

  @Post()
  @HttpCode(201)
  @NeedsScope('files:write')
  @ApiOperation({
    summary: 'Upload a file',
    description: 'The body is the file, or a form with one file. Streamed; sha256 is computed on the way.',
  })
  @ApiConsumes('application/octet-stream', 'multipart/form-data')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiHeader({
    name: 'X-File-Name',
    required: false,
    description:
      'Percent-encoded UTF-8. Content-Disposition works as well. A path is cut to its last part; `file` where nothing is left.',
  })
  @ApiHeader({
    name: 'X-Content-SHA256',
    required: false,
    description: 'Lower-case hex; content that differs is refused.',
  })
  @ApiResponse({ status: 201, type: FileDto })
  @ApiProblems(
    'http.body-malformed',
    'http.fields-invalid',
    'files.too-large',
    'files.type-refused',
    'files.checksum-mismatch',
    'files.unavailable',
  )
  async upload(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const sha256 = declaredSha256(request);
    const length = request.headers['content-length'];
    const size = length === undefined ? undefined : Number(length);
    this.storer.checkSize(size);
    const file = await readUpload(request);
    try {
      const contentType = acceptType(file.contentType, this.config.fileTypes);
      const { tenantId } = principalOf(request);
      const view = await this.storer.store(
        { ...file, contentType },
        { tenantId, size: isForm(request) ? undefined : size, sha256 },
      );
      reply.code(201).header('location', `/v1/files/${view.id}`).send(presentFile(view));
    } finally {
      // Stored or refused: nothing more of it is wanted.
      file.content.destroy();
    }
  }
}

function isForm(request: FastifyRequest): boolean {
  return /^multipart\//i.test(request.uploadType ?? '');
}

function declaredSha256(request: FastifyRequest): string | undefined {
  const given = request.headers['x-content-sha256'];
  if (given === undefined) return undefined;
  if (typeof given === 'string' && /^[0-9a-f]{64}$/i.test(given)) return given.toLowerCase();
  throw invalid([{ path: 'X-Content-SHA256', message: 'must be 64 hex digits' }]);
}
