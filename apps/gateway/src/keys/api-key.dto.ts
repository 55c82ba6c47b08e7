import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ApiKey, CreateApiKeyRequest, CreatedApiKey, Items, Scope } from '@windlass/client';
import type { ApiKeyView } from '@windlass/contracts';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsISO8601,
  IsOptional,
  IsString,
  Length,
  MaxLength,
} from 'class-validator';
import { SCOPES } from '../auth/principal.js';
import { PlainText } from '../http/plain-text.decorator.js';
import { iso } from '../read/present-job.js';

export class CreateApiKeyDto implements CreateApiKeyRequest {
  @ApiProperty({ maxLength: 100, description: 'For people: what the key is for.' })
  @IsString()
  @Length(1, 100)
  @PlainText()
  name: string;

  @ApiProperty({ enum: SCOPES, isArray: true, description: 'At most what the caller has.' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @IsIn([...SCOPES], { each: true })
  scopes: Scope[];

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'In the future. Without it the key lives until it is revoked.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  @IsISO8601({ strict: true, strictSeparator: true })
  expiresAt?: string;
}

export class ApiKeyDto implements ApiKey {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty()
  name: string;
  @ApiProperty()
  tenantId: string;
  @ApiProperty({ type: [String] })
  scopes: string[];
  @ApiProperty({ format: 'date-time' })
  createdAt: string;
  @ApiPropertyOptional({ format: 'date-time' })
  expiresAt?: string;
  @ApiPropertyOptional({ format: 'date-time' })
  revokedAt?: string;
}

export class CreatedApiKeyDto extends ApiKeyDto implements CreatedApiKey {
  @ApiProperty({ description: 'The key itself. Shown this once.', example: 'wlk_…' })
  key: string;
}

export class ApiKeysDto implements Items<ApiKey> {
  @ApiProperty({ type: [ApiKeyDto] })
  items: ApiKeyDto[];
}

/** Field by field: whatever else core may come to know of a key stays inside. */
export function presentKey(view: ApiKeyView): ApiKey {
  const { id, name, tenantId, scopes, createdAt, expiresAt, revokedAt } = view;
  return {
    id,
    name,
    tenantId,
    scopes,
    createdAt: iso(createdAt),
    ...(expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) }),
    ...(revokedAt === undefined ? {} : { revokedAt: iso(revokedAt) }),
  };
}
