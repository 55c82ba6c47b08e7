import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Action } from '@windlass/client';
import {
  actionReply,
  beginAction,
  listActions,
  listActionsReply,
  MAX_ACTION_JOBS,
  readAction,
  stopAction,
} from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { NoFields } from '../http/no-fields.pipe.js';
import { ApiProblems, REFUSED_BODIES } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { parseId } from '../read/parse-id.js';
import { ActionDto, ActionsDto, BeginActionDto } from './action.dto.js';
import { presentAction, readFilter } from './read-filter.js';

@ApiTags('actions')
@Controller('v1/jobs/actions')
export class JobActionsController {
  constructor(@Inject(RpcClient) private readonly core: RpcClient) {}

  @Post()
  @HttpCode(202)
  @NeedsScope('jobs:write')
  @ApiOperation({
    summary: 'Replay, purge or cancel many jobs',
    description:
      'In the background, newest jobs first, those that exist now. Beyond `maxJobs` it ends as `bounded`; a further action takes up the rest.',
  })
  @ApiResponse({ status: 202, type: ActionDto, description: '`Location` tells how far it is.' })
  @ApiProblems(...REFUSED_BODIES, 'http.fields-invalid', 'actions.too-many')
  async begin(
    @Req() request: FastifyRequest,
    @Body(new FieldsOf(BeginActionDto)) { action, filter, maxJobs }: BeginActionDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Action> {
    const { tenantId, subject } = principalOf(request);
    const view = await this.core.call(beginAction, actionReply, {
      tenantId,
      actor: subject,
      action,
      filter: readFilter(action, filter),
      maxJobs: maxJobs ?? MAX_ACTION_JOBS,
    });
    reply.header('location', `/v1/jobs/actions/${view.id}`);
    return presentAction(view);
  }

  @Get()
  @NeedsScope('jobs:read')
  @ApiOperation({ summary: 'List actions' })
  @ApiResponse({ status: 200, type: ActionsDto })
  @ApiProblems('http.fields-invalid')
  async list(@Req() request: FastifyRequest, @Query(NoFields) _query: undefined): Promise<ActionsDto> {
    const { tenantId } = principalOf(request);
    const { items } = await this.core.call(listActions, listActionsReply, { tenantId });
    return { items: items.map(presentAction) };
  }

  @Get(':id')
  @NeedsScope('jobs:read')
  @ApiOperation({ summary: 'Read an action' })
  @ApiResponse({ status: 200, type: ActionDto })
  @ApiProblems('http.fields-invalid', 'actions.unknown')
  async read(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Query(NoFields) _query: undefined,
  ): Promise<Action> {
    const { tenantId } = principalOf(request);
    const question = { tenantId, id: parseId(id, 'actions.unknown') };
    return presentAction(await this.core.call(readAction, actionReply, question));
  }

  @Delete(':id')
  @HttpCode(200)
  @NeedsScope('jobs:write')
  @ApiOperation({
    summary: 'Stop an action',
    description: 'What it has done stays done. One that has ended answers as it is.',
  })
  @ApiResponse({ status: 200, type: ActionDto })
  @ApiProblems(...REFUSED_BODIES, 'http.fields-invalid', 'actions.unknown')
  async stop(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body(NoFields) _body: undefined,
  ): Promise<Action> {
    const { tenantId, subject } = principalOf(request);
    const question = { tenantId, id: parseId(id, 'actions.unknown'), actor: subject };
    return presentAction(await this.core.call(stopAction, actionReply, question));
  }
}
