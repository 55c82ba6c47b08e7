import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Backoff, JobState, SubmitJobRequest, SubmittedJob } from '@windlass/client';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { PlainText } from '../http/plain-text.decorator.js';

const DAY_MS = 86_400_000;
/** A week: longer work is not one job. */
const MAX_LIMIT_MS = 7 * DAY_MS;

export class BackoffDto implements Backoff {
  @ApiProperty({ enum: ['fixed', 'exponential'] })
  @IsIn(['fixed', 'exponential'])
  kind: 'fixed' | 'exponential';

  @ApiProperty({ minimum: 0, maximum: DAY_MS })
  @IsInt()
  @Min(0)
  @Max(DAY_MS)
  delayMs: number;

  @ApiPropertyOptional({ minimum: 0, maximum: DAY_MS, description: 'Where doubling ends.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(DAY_MS)
  maxDelayMs?: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, description: 'Share of the delay that is random.' })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  jitter?: number;
}

/** What is left out comes from the job type. */
export class SubmitJobDto implements Omit<SubmitJobRequest, 'payload'> {
  @ApiProperty({ example: 'hash', description: 'One of GET /v1/job-types.' })
  @IsString()
  @Length(1, 200)
  @PlainText()
  type: string;

  @ApiPropertyOptional({ type: [String], maxItems: 16 })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(16)
  @IsString({ each: true })
  @Length(1, 64, { each: true })
  @PlainText({ each: true })
  tags?: string[];

  @ApiPropertyOptional({ minimum: 1, maximum: 100, description: 'First attempt included.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  maxAttempts?: number;

  @ApiPropertyOptional({ type: BackoffDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => BackoffDto)
  backoff?: BackoffDto;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: MAX_LIMIT_MS,
    description: 'After this long the handler is asked to stop.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT_MS)
  softMs?: number;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: MAX_LIMIT_MS,
    description: 'After this long its process group is killed.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT_MS)
  hardMs?: number;
}

/** For the document: the payload itself is taken from the body's text, not from an object. */
export class SubmitJobBodyDto extends SubmitJobDto implements SubmitJobRequest {
  @ApiProperty({
    description: "Any JSON that the job type's schema accepts; stored as sent.",
    example: { example: 'data' },
  })
  payload: unknown;
}

export class SubmittedJobDto implements SubmittedJob {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ example: 'hash' })
  type: string;
  @ApiProperty({ enum: ['blocked', 'scheduled', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired'] })
  state: JobState;
}
