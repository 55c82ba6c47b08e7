import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Scope } from '@windlass/client';
import type { Runtime } from '@windlass/clock';
import { createKey, createKeyReply, listKeys, listKeysReply, revokeKey, revokeKeyReply } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { RpcClient } from '@windlass/service-kit';
import type { FastifyRequest } from 'fastify';
import { NeedsScope } from '../auth/needs-scope.decorator.js';
import { isAllowed, type Principal, principalOf } from '../auth/principal.js';
import { ApiKeyVerifier, hashOfKey } from '../auth/verify-api-key.js';
import { RUNTIME } from '../gateway-ports.js';
import { ApiProblems, REFUSED_BODIES } from '../http/problem.dto.js';
import { FieldsOf, invalid } from '../http/read-fields.js';
import { parseId } from '../read/parse-id.js';
import { ApiKeysDto, CreateApiKeyDto, CreatedApiKeyDto, presentKey } from './api-key.dto.js';

/** 256 bits: cannot be guessed, so a plain hash of it is enough to keep. */
const SECRET_BYTES = 32;

@ApiTags('API keys')
@Controller('v1/api-keys')
export class ApiKeyController {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(ApiKeyVerifier) private readonly verifier: ApiKeyVerifier,
  ) {}

  @Post()
  @HttpCode(201)
  @NeedsScope('keys:admin')
  @ApiOperation({ summary: 'Create an API key', description: "For the caller's tenant. The key is shown this once." })
  @ApiResponse({ status: 201, type: CreatedApiKeyDto })
  @ApiProblems(...REFUSED_BODIES, 'http.fields-invalid')
  async create(
    @Req() request: FastifyRequest,
    @Body(new FieldsOf(CreateApiKeyDto)) body: CreateApiKeyDto,
  ): Promise<CreatedApiKeyDto> {
    const principal = principalOf(request);
    const scopes = [...new Set(body.scopes)];
    refuseMoreThanOwn(principal, scopes);
    const key = `wlk_${Buffer.from(this.runtime.randomBytes(SECRET_BYTES)).toString('base64url')}`;
    const view = await this.core.call(createKey, createKeyReply, {
      tenantId: principal.tenantId,
      createdBy: principal.subject,
      name: body.name,
      scopes,
      secretHash: hashOfKey(key),
      ...(body.expiresAt == null ? {} : { expiresAt: this.future(body.expiresAt) }),
    });
    return { ...presentKey(view), key };
  }

  @Get()
  @NeedsScope('keys:admin')
  @ApiOperation({ summary: 'List API keys', description: "Of the caller's tenant, without the keys themselves." })
  @ApiResponse({ status: 200, type: ApiKeysDto })
  @ApiProblems()
  async list(@Req() request: FastifyRequest): Promise<ApiKeysDto> {
    const { items } = await this.core.call(listKeys, listKeysReply, { tenantId: principalOf(request).tenantId });
    return { items: items.map(presentKey) };
  }

  @Delete(':id')
  @HttpCode(204)
  @NeedsScope('keys:admin')
  @ApiOperation({ summary: 'Revoke an API key', description: 'At once here, within five seconds everywhere.' })
  @ApiResponse({ status: 204 })
  @ApiProblems(...REFUSED_BODIES, 'keys.unknown')
  async revoke(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    const keyId = parseId(id, 'keys.unknown');
    await this.core.call(revokeKey, revokeKeyReply, { tenantId: principalOf(request).tenantId, id: keyId });
    this.verifier.forget(keyId);
  }

  private future(text: string): number {
    const atMs = Date.parse(text);
    if (!(atMs > this.runtime.now())) throw invalid([{ path: '/expiresAt', message: 'must be a time in the future' }]);
    return atMs;
  }
}

/** Else a key would be a way to more rights. */
function refuseMoreThanOwn(principal: Principal, scopes: Scope[]): void {
  const lacking = scopes.filter((scope) => !isAllowed(principal, scope));
  if (lacking.length === 0) return;
  throw fault('auth.scope-missing', { detail: `You cannot give a scope that you do not have: ${lacking.join(', ')}.` });
}
