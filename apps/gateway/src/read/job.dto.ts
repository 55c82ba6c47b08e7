import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type {
  Backoff,
  Job,
  JobCounters,
  JobError,
  JobProgress,
  JobState,
  ListJobsQuery,
  Page,
  Retention,
} from '@windlass/client';
import { STATES } from '@windlass/lifecycle';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { ANY_JSON } from '../http/any-json.js';
import { IsQueueName, OneOf } from '../http/field-forms.decorator.js';
import { ProblemDto } from '../http/problem.dto.js';
import { Text } from '../http/text.decorator.js';
import { BackoffDto } from '../submit/backoff.dto.js';
import { RETENTIONS } from '../submit/submit-job.dto.js';
import { WAITING_FOR_SCHEMA, type WaitingForDto } from './waiting-for.dto.js';

export class WaitQuery {
  @ApiPropertyOptional({
    example: '30s',
    description: 'Answer when the job is finished, at most this much later. `s` or `ms`, up to 60s.',
  })
  @IsOptional()
  @IsString()
  wait?: string;
}

export class ListJobsDto implements ListJobsQuery {
  @ApiPropertyOptional({ maxLength: 200 })
  @IsOptional()
  @Text(1, 200)
  type?: string;

  @ApiPropertyOptional({ enum: STATES })
  @IsOptional()
  @OneOf(STATES)
  state?: JobState;

  @ApiPropertyOptional({ maxLength: 64 })
  @IsOptional()
  @Text(1, 64)
  tag?: string;

  @ApiPropertyOptional({ maxLength: 100 })
  @IsOptional()
  @IsQueueName()
  queue?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}

export class JobErrorDto implements JobError {
  @ApiProperty()
  class: string;
  @ApiPropertyOptional()
  code?: string;
  @ApiProperty()
  message: string;
  @ApiPropertyOptional()
  stack?: string;
}

export class JobProgressDto implements JobProgress {
  @ApiProperty({ minimum: 0, maximum: 100 })
  percent: number;
  @ApiPropertyOptional()
  message?: string;
  @ApiPropertyOptional({ example: 'meshing', description: 'The step that the handler is in.' })
  phase?: string;
}

/** In beanstalkd's words, so that its users find what they know. */
export class JobCountersDto implements JobCounters {
  @ApiProperty({ description: 'Claims over all runs.' })
  reserves: number;
  @ApiProperty({ description: 'Attempts that ended at a time limit.' })
  timeouts: number;
  @ApiProperty({ description: 'Attempts that were tried again.' })
  releases: number;
  @ApiProperty({ description: 'Runs that failed.' })
  buries: number;
  @ApiProperty({ description: 'Replays.' })
  kicks: number;
}

export class JobDto implements Job {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ example: 'hash' })
  type: string;
  @ApiProperty()
  typeVersion: number;
  @ApiProperty({ example: 'hash' })
  queue: string;
  @ApiProperty({ enum: STATES })
  state: JobState;
  @ApiProperty({ description: 'Rises with each replay.' })
  run: number;
  @ApiProperty({ description: 'Claims over all runs.' })
  epoch: number;
  @ApiProperty({ description: 'Of this run.' })
  attempt: number;
  @ApiProperty()
  maxAttempts: number;
  @ApiProperty({ description: 'Claims of this run that a worker gave back before they began.' })
  releases: number;
  @ApiProperty({ description: 'Over all runs: attempts that ended at a time limit.' })
  timeouts: number;
  @ApiProperty({ description: 'Over all runs: attempts that were tried again.' })
  retries: number;
  @ApiProperty({ description: 'Over all runs: those that failed.' })
  buries: number;
  @ApiProperty({ type: JobCountersDto })
  counters: JobCountersDto;
  @ApiProperty({ minimum: 0, maximum: 9 })
  priority: number;
  @ApiProperty({ type: [String] })
  tags: string[];
  @ApiPropertyOptional({ anyOf: ANY_JSON, description: 'As it was submitted. Not in lists.' })
  payload?: unknown;
  @ApiPropertyOptional({ type: JobProgressDto })
  progress?: JobProgressDto;
  @ApiPropertyOptional({ type: JobErrorDto })
  error?: JobErrorDto;
  @ApiPropertyOptional({ description: "How the last attempt ended, such as 'timed-out'." })
  outcome?: string;
  @ApiPropertyOptional()
  worker?: string;
  @ApiPropertyOptional()
  machine?: string;
  @ApiPropertyOptional({ description: 'Cancelled, and its attempt has not ended yet.' })
  stopping?: boolean;
  @ApiPropertyOptional({ description: 'Why it was cancelled.' })
  reason?: string;
  @ApiProperty({ format: 'date-time' })
  createdAt: string;
  @ApiPropertyOptional({ format: 'date-time' })
  runAt?: string;
  @ApiPropertyOptional({ format: 'date-time' })
  startedAt?: string;
  @ApiPropertyOptional({ format: 'date-time' })
  finishedAt?: string;
  @ApiPropertyOptional({ format: 'date-time', description: 'It expires unless it has started by then.' })
  expiresAt?: string;
  @ApiProperty()
  softMs: number;
  @ApiProperty()
  hardMs: number;
  @ApiPropertyOptional({ description: 'Of a running job: until the hard limit.' })
  timeLeftMs?: number;
  @ApiProperty({ type: BackoffDto })
  backoff: Backoff;
  @ApiProperty({ enum: RETENTIONS })
  retention: Retention;
  @ApiPropertyOptional()
  dedupeKey?: string;
  @ApiPropertyOptional()
  concurrencyKey?: string;
  @ApiPropertyOptional()
  concurrencyLimit?: number;
  @ApiPropertyOptional(WAITING_FOR_SCHEMA)
  waitingFor?: WaitingForDto[];
}

export class JobPageDto implements Page<Job> {
  @ApiProperty({ type: [JobDto] })
  items: JobDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page.' })
  nextCursor?: string;
}

/** Problem of `read.result-not-ready`. */
export class NoResultDto extends ProblemDto {
  @ApiProperty({ enum: STATES })
  declare state: JobState;
  @ApiPropertyOptional({ type: JobErrorDto, description: 'Why the job failed.' })
  declare error?: JobErrorDto;
}
