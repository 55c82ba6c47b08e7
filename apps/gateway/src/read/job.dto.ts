import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type {
  Artifact,
  Items,
  Job,
  JobError,
  JobEvent,
  JobProgress,
  JobState,
  JobType,
  ListJobsQuery,
  Page,
} from '@windlass/client';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { PlainText } from '../http/plain-text.decorator.js';
import { ProblemDto } from '../http/problem.dto.js';
import { BackoffDto } from '../submit/submit-job.dto.js';

const STATES: JobState[] = ['blocked', 'scheduled', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired'];

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
  @IsString()
  @Length(1, 200)
  @PlainText()
  type?: string;

  @ApiPropertyOptional({ enum: STATES })
  @IsOptional()
  @IsIn(STATES)
  state?: JobState;

  @ApiPropertyOptional({ maxLength: 64 })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  @PlainText()
  tag?: string;

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
}

export class JobDto implements Job {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ example: 'hash' })
  type: string;
  @ApiProperty()
  typeVersion: number;
  @ApiProperty({ enum: STATES })
  state: JobState;
  @ApiProperty({ description: 'Rises with each replay.' })
  run: number;
  @ApiProperty()
  attempt: number;
  @ApiProperty()
  maxAttempts: number;
  @ApiProperty({ description: 'Attempts that a worker gave back before they began.' })
  releases: number;
  @ApiProperty({ description: 'Attempts that ended at their time limit.' })
  timeouts: number;
  @ApiProperty()
  priority: number;
  @ApiProperty({ type: [String] })
  tags: string[];
  @ApiPropertyOptional({ description: 'As it was submitted. Not in lists.' })
  payload?: unknown;
  @ApiPropertyOptional({ type: JobProgressDto })
  progress?: JobProgressDto;
  @ApiPropertyOptional({ type: JobErrorDto })
  error?: JobErrorDto;
  @ApiPropertyOptional({ description: "How the last attempt ended, such as 'timed-out'." })
  outcome?: string;
  @ApiPropertyOptional()
  worker?: string;
  @ApiProperty({ format: 'date-time' })
  createdAt: string;
  @ApiPropertyOptional({ format: 'date-time' })
  runAt?: string;
  @ApiPropertyOptional({ format: 'date-time' })
  startedAt?: string;
  @ApiPropertyOptional({ format: 'date-time' })
  finishedAt?: string;
  @ApiProperty()
  hardMs: number;
}

export class JobPageDto implements Page<Job> {
  @ApiProperty({ type: [JobDto] })
  items: JobDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page.' })
  nextCursor?: string;
}

export class JobEventDto implements JobEvent {
  @ApiProperty()
  run: number;
  @ApiProperty()
  epoch: number;
  @ApiProperty()
  kind: string;
  @ApiProperty({ description: 'Exactly one per run is.' })
  terminal: boolean;
  @ApiProperty({ format: 'date-time' })
  at: string;
  @ApiPropertyOptional()
  worker?: string;
  @ApiPropertyOptional({ type: JobErrorDto })
  error?: JobErrorDto;
}

export class JobEventsDto implements Items<JobEvent> {
  @ApiProperty({ type: [JobEventDto] })
  items: JobEventDto[];
}

export class ArtifactDto implements Artifact {
  @ApiProperty({ example: 'preview.png' })
  name: string;
  @ApiProperty({ description: 'Bytes.' })
  size: number;
  @ApiProperty()
  sha256: string;
  @ApiProperty()
  contentType: string;
  @ApiProperty({ description: 'Path of the content.' })
  url: string;
}

export class ArtifactsDto implements Items<Artifact> {
  @ApiProperty({ type: [ArtifactDto] })
  items: ArtifactDto[];
}

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
  backoff: BackoffDto;
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

/** Problem of `read.result-not-ready`. */
export class NoResultDto extends ProblemDto {
  @ApiProperty({ enum: STATES })
  declare state: JobState;
  @ApiPropertyOptional({ type: JobErrorDto, description: 'Why the job failed.' })
  declare error?: JobErrorDto;
}
