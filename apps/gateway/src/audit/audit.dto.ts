import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AuditEntry, ListAuditQuery, Page } from '@windlass/client';
import { Type } from 'class-transformer';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { Whole } from '../http/field-forms.decorator.js';

export class ListAuditDto implements ListAuditQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @Whole(1, 100)
  limit?: number;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}

export class AuditEntryDto implements AuditEntry {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ format: 'date-time' })
  at: string;
  @ApiProperty({ description: 'Subject of the token.' })
  actor: string;
  @ApiProperty({ example: 'queues.pause' })
  action: string;
  @ApiProperty({ description: 'Id or name of what it was done to.' })
  object: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  detail?: Record<string, unknown>;
}

export class AuditPageDto implements Page<AuditEntry> {
  @ApiProperty({ type: [AuditEntryDto] })
  items: AuditEntryDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page.' })
  nextCursor?: string;
}
