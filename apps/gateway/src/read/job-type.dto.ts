import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Backoff, Items, JobType } from '@windlass/client';
import { BackoffDto } from '../submit/backoff.dto.js';

export class JobTypeDto implements JobType {
  @ApiProperty({ example: 'hash' })
  name: string;
  @ApiProperty()
  version: number;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'JSON Schema.' })
  payloadSchema: Record<string, unknown>;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'JSON Schema.' })
  resultSchema: Record<string, unknown>;
  @ApiProperty()
  softMs: number;
  @ApiProperty()
  hardMs: number;
  @ApiProperty()
  maxAttempts: number;
  @ApiProperty({ type: BackoffDto })
  backoff: Backoff;
  @ApiProperty({ description: 'Whether a kill at the hard limit is tried again.' })
  retryTimeout: boolean;
  @ApiProperty({ enum: ['tiny', 'heavy'] })
  weight: 'tiny' | 'heavy';
  @ApiPropertyOptional()
  memoryMb?: number;
  @ApiProperty({ type: [String] })
  tools: string[];
  @ApiProperty({ description: 'A worker runs it now.' })
  live: boolean;
}

export class JobTypesDto implements Items<JobType> {
  @ApiProperty({ type: [JobTypeDto] })
  items: JobTypeDto[];
}
