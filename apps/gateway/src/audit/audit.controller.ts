import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { listAudit, listAuditReply } from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { ApiProblems } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { decodeCursor, encodeCursor } from '../read/page-cursor.js';
import { iso } from '../read/present-job.js';
import { AuditPageDto, ListAuditDto } from './audit.dto.js';

const DEFAULT_LIMIT = 50;

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(@Inject(RpcClient) private readonly core: RpcClient) {}

  @Get()
  @NeedsScope('audit:read')
  @ApiOperation({
    summary: 'List who did what',
    description: "Newest first, of the caller's tenant: cancels, replays, actions, changes of queues. Kept for a year.",
  })
  @ApiResponse({ status: 200, type: AuditPageDto })
  @ApiProblems('http.fields-invalid', 'read.cursor-invalid')
  async list(
    @Req() request: FastifyRequest,
    @Query(new FieldsOf(ListAuditDto)) { limit, cursor }: ListAuditDto,
  ): Promise<AuditPageDto> {
    const page = await this.core.call(listAudit, listAuditReply, {
      tenantId: principalOf(request).tenantId,
      limit: limit ?? DEFAULT_LIMIT,
      ...(cursor === undefined ? {} : { before: decodeCursor(cursor) }),
    });
    return {
      items: page.items.map((entry) => ({ ...entry, at: iso(entry.at) })),
      ...(page.next === undefined ? {} : { nextCursor: encodeCursor(page.next) }),
    };
  }
}
