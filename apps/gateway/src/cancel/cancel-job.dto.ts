import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { CancelJobRequest, CancelledJob, JobState } from '@windlass/client';
import { STATES } from '@windlass/lifecycle';
import { IsOptional } from 'class-validator';
import { Text } from '../http/text.decorator.js';

export class CancelJobDto implements CancelJobRequest {
  @ApiPropertyOptional({ maxLength: 500, description: 'For people: stands in the job and in its history.' })
  @IsOptional()
  @Text(1, 500)
  reason?: string;
}

export class CancelledJobDto implements CancelledJob {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ enum: STATES })
  state: JobState;
  @ApiProperty({ description: 'Its attempt still runs and ends in a moment; the job is cancelled already.' })
  stopping: boolean;
}
