import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type {
  Duration,
  JobState,
  OnDuplicate,
  PriorityName,
  Retention,
  SubmitJobRequest,
  SubmittedJob,
} from '@windlass/client';
import { MAX_DELAY_MS, PRIORITIES } from '@windlass/contracts';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { ANY_JSON } from '../http/any-json.js';
import { IsQueueName, IsTime, OneOf, Whole } from '../http/field-forms.decorator.js';
import { Text } from '../http/text.decorator.js';
import { BackoffDto } from './backoff.dto.js';
import { IsDuration } from './parse-duration.js';
import { IsPriority } from './priority.decorator.js';

/** A week: longer work is not one job. */
const MAX_LIMIT_MS = 7 * 86_400_000;
/** Characters, so that a mistyped name can be quoted back. */
export const MAX_TYPE = 200;
export const ON_DUPLICATE: OnDuplicate[] = ['reject', 'return', 'replace'];
export const RETENTIONS: Retention[] = ['short', 'standard', 'long'];

const duration = (minimum: number) => ({
  oneOf: [
    { type: 'integer', minimum, maximum: MAX_DELAY_MS },
    { type: 'string', pattern: '^[0-9]{1,11}(ms|s|m|h|d)$' },
  ],
  example: '5m',
});

/** What is left out comes from the job type. */
export class SubmitJobDto implements Omit<SubmitJobRequest, 'payload' | 'backoff'> {
  @ApiProperty({ example: 'hash', description: 'One of GET /v1/job-types.' })
  @Text(1, MAX_TYPE)
  type: string;

  @ApiPropertyOptional({ type: [String], maxItems: 16, description: 'Each at most 64 characters.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(16)
  @Text(1, 64, { each: true })
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

  @ApiPropertyOptional({ example: 'hash', description: "The type's own queue, unless told otherwise." })
  @IsOptional()
  @IsQueueName()
  queue?: string;

  @ApiPropertyOptional({
    ...duration(0),
    description: 'Does not start before; counted from the commit. Not together with `runAt`.',
  })
  @IsOptional()
  @IsDuration(0)
  delay?: Duration;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Does not start before, with a zone, at most 366 days ahead. One that has passed means now.',
  })
  @IsOptional()
  @IsTime()
  runAt?: string;

  @ApiPropertyOptional({
    ...duration(1),
    description: 'Expires unless it has started by then; counted from the commit. Longer than the delay.',
  })
  @IsOptional()
  @IsDuration(1)
  ttl?: Duration;

  @ApiPropertyOptional({
    oneOf: [
      { type: 'integer', minimum: 0, maximum: 9 },
      { type: 'string', enum: Object.keys(PRIORITIES) },
    ],
    example: 'high',
    description: 'The highest first. critical, high, normal and low are 9, 6, 3 and 1.',
  })
  @IsOptional()
  @IsPriority()
  priority?: number | PriorityName;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 255,
    description: 'At most one unfinished job of the tenant has it.',
  })
  @IsOptional()
  @Text(1, 255, { printable: true })
  dedupeKey?: string;

  @ApiPropertyOptional({
    enum: ON_DUPLICATE,
    default: 'reject',
    description: 'When the dedupeKey is taken: 409, the job that has it, or that one cancelled and this one made.',
  })
  @IsOptional()
  @OneOf(ON_DUPLICATE)
  onDuplicate?: OnDuplicate;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 255,
    description: 'Of jobs of the tenant with the same key at most `concurrencyLimit` run at a time.',
  })
  @IsOptional()
  @Text(1, 255, { printable: true })
  concurrencyKey?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 10_000, default: 1 })
  @IsOptional()
  @Whole(1, 10_000)
  concurrencyLimit?: number;

  @ApiPropertyOptional({
    enum: RETENTIONS,
    default: 'standard',
    description: 'How long the finished job is kept: by default 7, 30 and 365 days.',
  })
  @IsOptional()
  @OneOf(RETENTIONS)
  retention?: Retention;
}

/** For the document: the payload itself is taken from the body's text, not from an object. */
export class SubmitJobBodyDto extends SubmitJobDto {
  @ApiProperty({
    anyOf: ANY_JSON,
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
  @ApiPropertyOptional({ description: 'The dedupeKey was taken, and this is the job that has it.' })
  duplicate?: boolean;
}
