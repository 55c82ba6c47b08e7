import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Action, Queue } from '@windlass/client';
import {
  actionReply,
  beginAction,
  type ChangeQueue,
  changeQueue,
  listQueues,
  listQueuesReply,
  MAX_ACTION_JOBS,
  queueReply,
  readQueue,
  removeQueue,
  removeQueueReply,
} from '@windlass/contracts';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { principalOf } from '../auth/principal.js';
import { NoFields } from '../http/no-fields.pipe.js';
import { ApiProblems, REFUSED_BODIES } from '../http/problem.dto.js';
import { FieldsOf } from '../http/read-fields.js';
import { ActionDto } from '../replay/action.dto.js';
import { presentAction } from '../replay/read-filter.js';
import { PutQueueDto, presentQueue, QueueDto, QueuesDto } from './queue.dto.js';
import { newQueueName, parseQueueName } from './queue-name.js';

/** Queues belong to the installation: their figures and settings are everybody's. A purge takes the caller's own jobs only. */
@ApiTags('queues')
@Controller('v1/queues')
export class QueueController {
  constructor(@Inject(RpcClient) private readonly core: RpcClient) {}

  @Get()
  @NeedsScope('queues:read')
  @ApiOperation({ summary: 'List queues', description: 'With their depth, over all tenants.' })
  @ApiResponse({ status: 200, type: QueuesDto })
  @ApiProblems('http.fields-invalid')
  async list(@Query(NoFields) _query: undefined): Promise<QueuesDto> {
    const { items } = await this.core.call(listQueues, listQueuesReply, {});
    return { items: items.map(presentQueue) };
  }

  @Get(':name')
  @NeedsScope('queues:read')
  @ApiOperation({ summary: 'Read a queue' })
  @ApiResponse({ status: 200, type: QueueDto })
  @ApiProblems('http.fields-invalid', 'queues.unknown')
  async read(@Param('name') name: string, @Query(NoFields) _query: undefined): Promise<Queue> {
    return presentQueue(await this.core.call(readQueue, queueReply, { name: parseQueueName(name) }));
  }

  @Put(':name')
  @HttpCode(200)
  @NeedsScope('queues:write')
  @ApiOperation({ summary: 'Make a named queue, or change its settings', description: 'Changes what is given.' })
  @ApiResponse({ status: 200, type: QueueDto })
  @ApiProblems(...REFUSED_BODIES, 'http.fields-invalid')
  put(
    @Req() request: FastifyRequest,
    @Param('name') name: string,
    @Body(new FieldsOf(PutQueueDto, {})) { maxRunning }: PutQueueDto,
  ): Promise<Queue> {
    // Here null says something: that there is to be no limit.
    const setting = maxRunning === undefined ? {} : { maxRunning };
    return this.change(request, { name: newQueueName(name), create: true, ...setting });
  }

  @Post(':name/pause')
  @HttpCode(200)
  @NeedsScope('queues:write')
  @ApiOperation({ summary: 'Pause a queue', description: 'Nothing of it starts any more; what runs goes on.' })
  @ApiResponse({ status: 200, type: QueueDto })
  @ApiProblems(...REFUSED_BODIES, 'http.fields-invalid', 'queues.unknown')
  pause(@Req() request: FastifyRequest, @Param('name') name: string, @Body(NoFields) _body: undefined): Promise<Queue> {
    return this.change(request, { name: parseQueueName(name), paused: true });
  }

  @Post(':name/resume')
  @HttpCode(200)
  @NeedsScope('queues:write')
  @ApiOperation({ summary: 'Resume a queue' })
  @ApiResponse({ status: 200, type: QueueDto })
  @ApiProblems(...REFUSED_BODIES, 'http.fields-invalid', 'queues.unknown')
  resume(
    @Req() request: FastifyRequest,
    @Param('name') name: string,
    @Body(NoFields) _body: undefined,
  ): Promise<Queue> {
    return this.change(request, { name: parseQueueName(name), paused: false });
  }

  @Delete(':name')
  @HttpCode(204)
  @NeedsScope('queues:write')
  @ApiOperation({
    summary: "Remove a named queue, or a type queue's settings",
    description: 'A named queue must have no jobs.',
  })
  @ApiResponse({ status: 204 })
  @ApiProblems(...REFUSED_BODIES, 'http.fields-invalid', 'queues.unknown', 'queues.not-empty')
  async remove(
    @Req() request: FastifyRequest,
    @Param('name') name: string,
    @Body(NoFields) _body: undefined,
  ): Promise<void> {
    const { tenantId, subject } = principalOf(request);
    const question = { tenantId, actor: subject, name: parseQueueName(name) };
    await this.core.call(removeQueue, removeQueueReply, question);
  }

  @Post(':name/purge')
  @HttpCode(202)
  @NeedsScope('queues:write')
  @ApiOperation({
    summary: "Cancel the caller's jobs that wait in a queue",
    description: "In the background, as an action; other tenants' jobs stay.",
  })
  @ApiResponse({ status: 202, type: ActionDto, description: '`Location` tells how far it is.' })
  @ApiProblems(...REFUSED_BODIES, 'http.fields-invalid', 'queues.unknown', 'actions.too-many')
  async purge(
    @Req() request: FastifyRequest,
    @Param('name') name: string,
    @Body(NoFields) _body: undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Action> {
    const { tenantId, subject } = principalOf(request);
    const queue = parseQueueName(name);
    // An action on a queue that does not exist would run and find nothing: a typing error would look like success.
    await this.core.call(readQueue, queueReply, { name: queue });
    const view = await this.core.call(beginAction, actionReply, {
      tenantId,
      actor: subject,
      action: 'cancel',
      filter: { queue, state: 'queued' },
      maxJobs: MAX_ACTION_JOBS,
    });
    reply.header('location', `/v1/jobs/actions/${view.id}`);
    return presentAction(view);
  }

  private async change(request: FastifyRequest, what: Omit<ChangeQueue, 'tenantId' | 'actor'>): Promise<Queue> {
    const { tenantId, subject } = principalOf(request);
    return presentQueue(await this.core.call(changeQueue, queueReply, { tenantId, actor: subject, ...what }));
  }
}
